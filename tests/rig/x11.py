#!/usr/bin/python3
"""Does to a window what a person's hand does, over plain X11: waits for it, drops files on it, closes it.

usage: x11.py wait TITLE SECONDS      until a window of that title is shown; prints its id and size
       x11.py drop TITLE FILE...      drags the files onto the middle of it and lets go (XDND, version 5)
       x11.py close TITLE             what the X button of a window manager does (WM_DELETE_WINDOW)

Ends with 1 and a sentence when the window does not do its part. Needs python3-xlib, no window manager.
"""

import pathlib
import sys
import time

from Xlib import X, Xatom, display, error
from Xlib.protocol import event

XDND_VERSION = 5


class Desk:
    """The screen, with the few requests that are needed here."""

    def __init__(self):
        self.display = display.Display()
        self.root = self.display.screen().root

    def atom(self, name):
        return self.display.intern_atom(name)

    def title(self, window):
        for name, kind in (("_NET_WM_NAME", "UTF8_STRING"), ("WM_NAME", "STRING")):
            found = window.get_full_property(self.atom(name), self.atom(kind))
            if found:
                value = found.value
                return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return None

    def find(self, title):
        """The shown window of that title, searched from the outermost inwards."""
        rest = [self.root]
        while rest:
            window = rest.pop(0)
            try:
                if self.title(window) == title and window.get_attributes().map_state == X.IsViewable:
                    return window
                rest.extend(window.query_tree().children)
            except error.XError:
                continue  # It went away while it was looked at.
        return None

    def wait(self, title, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            window = self.find(title)
            if window:
                return window
            time.sleep(0.05)
        raise SystemExit(f"no window called “{title}” within {seconds} s; there are: {self.titles()}")

    def titles(self):
        found, rest = [], [self.root]
        while rest:
            window = rest.pop(0)
            try:
                found.append(self.title(window))
                rest.extend(window.query_tree().children)
            except error.XError:
                continue
        return [title for title in found if title]

    def tell(self, window, message, *numbers):
        data = (32, list(numbers) + [0] * (5 - len(numbers)))
        window.send_event(event.ClientMessage(window=window, client_type=self.atom(message), data=data), event_mask=0)
        self.display.flush()

    def events(self, seconds):
        """What is sent to us, until the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.display.pending_events():
                yield self.display.next_event()
            else:
                time.sleep(0.01)


class Drag:
    """One drag from a window of our own (never shown) onto another program's window."""

    def __init__(self, desk, target, files):
        self.desk, self.target = desk, target
        self.uris = "".join(pathlib.Path(f).resolve().as_uri() + "\r\n" for f in files).encode()
        screen = desk.display.screen()
        self.source = desk.root.create_window(0, 0, 1, 1, 0, screen.root_depth, X.InputOutput, X.CopyFromParent)
        self.list_type = desk.atom("text/uri-list")
        self.source.change_property(desk.atom("XdndTypeList"), Xatom.ATOM, 32, [self.list_type])
        self.source.set_selection_owner(desk.atom("XdndSelection"), X.CurrentTime)

    def middle(self):
        size, corner = self.target.get_geometry(), self.desk.root.translate_coords(self.target, 0, 0)
        return corner.x + size.width // 2, corner.y + size.height // 2

    def hand_over(self, request):
        """The other program asks for the list of files."""
        request.requestor.change_property(request.property, self.list_type, 8, self.uris)
        reply = event.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=request.property,
        )
        request.requestor.send_event(reply)
        self.desk.display.flush()

    def run(self):
        if not self.target.get_full_property(self.desk.atom("XdndAware"), X.AnyPropertyType):
            raise SystemExit("the window takes no drops (no XdndAware property)")
        x, y = self.middle()
        place = (self.source.id, 0, (x << 16) | y, X.CurrentTime, self.desk.atom("XdndActionCopy"))
        self.desk.tell(self.target, "XdndEnter", self.source.id, XDND_VERSION << 24, self.list_type)
        self.desk.tell(self.target, "XdndPosition", *place)
        self.wait_for_finish()

    def wait_for_finish(self):
        let_go = False
        for happened in self.desk.events(10):
            if happened.type == X.SelectionRequest:
                self.hand_over(happened)
            elif happened.type == X.ClientMessage:
                name, data = self.desk.display.get_atom_name(happened.client_type), happened.data[1]
                if name == "XdndStatus" and not data[1] & 1:
                    raise SystemExit("the window refuses the drop")
                if name == "XdndStatus" and not let_go:
                    let_go = True
                    time.sleep(0.3)  # A hand hovers for a moment; the program may show what it would do.
                    self.desk.tell(self.target, "XdndDrop", self.source.id, 0, X.CurrentTime)
                if name == "XdndFinished":
                    return
        raise SystemExit("the drop was not finished within 10 s")


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("wait", "drop", "close"):
        raise SystemExit(__doc__)
    verb, title, rest = arguments[0], arguments[1], arguments[2:]
    desk = Desk()
    window = desk.wait(title, float(rest[0]) if verb == "wait" else 5)
    if verb == "wait":
        size = window.get_geometry()
        print(f"{window.id:#x} {size.width}x{size.height}")
    elif verb == "drop":
        Drag(desk, window, rest).run()
    else:
        desk.tell(window, "WM_PROTOCOLS", desk.atom("WM_DELETE_WINDOW"), X.CurrentTime)


if __name__ == "__main__":
    main(sys.argv[1:])
