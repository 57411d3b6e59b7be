#!/usr/bin/python3
"""Reads a running program's window the way a screen reader does, over AT-SPI.

usage: atspi.py PROGRAM SECONDS TEXT...

Waits until the accessibility tree of PROGRAM has a node that shows each TEXT (in its name, its description or its text), and ends
with 1 and the whole tree when one does not come. The bus launcher (at-spi-bus-launcher --a11y=1) must run before the program starts.
"""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402  (the version has to be named first)

DEEPEST = 40
MOST_NODES = 5000


def programs(name):
    desktop = Atspi.get_desktop(0)
    for number in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(number)
        if child and name in (child.get_name() or ""):
            yield child


def nodes(program):
    """All nodes, with their depth, in the order of the tree."""
    rest, count = [(program, 0)], 0
    while rest and count < MOST_NODES:
        node, depth = rest.pop()
        count += 1
        yield node, depth
        if depth < DEEPEST:
            children = [node.get_child_at_index(number) for number in range(node.get_child_count())]
            rest.extend((child, depth + 1) for child in reversed(children) if child)


def shown(node):
    """What a screen reader would say of a node."""
    words = [node.get_name() or "", node.get_description() or ""]
    if "Text" in node.get_interfaces():
        words.append(Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node)))
    return " ".join(word for word in words if word)


def read(name):
    lines = []
    for program in programs(name):
        try:
            lines.extend(("  " * depth, node.get_role_name(), shown(node)) for node, depth in nodes(program))
        except GLib.Error:
            continue  # The tree changed while it was read; the next look gets it.
    return lines


def main(arguments):
    if len(arguments) < 3:
        raise SystemExit(__doc__)
    name, seconds, texts = arguments[0], float(arguments[1]), arguments[2:]
    Atspi.init()
    end = time.monotonic() + seconds
    while True:
        tree = read(name)
        missing = [text for text in texts if not any(text in line[2] for line in tree)]
        if not missing and tree:
            print(f"{len(tree)} nodes, all of: {', '.join(texts)}")
            return
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    for indent, role, words in tree:
        print(f"{indent}{role}: {words}", file=sys.stderr)
    raise SystemExit(f"the accessibility tree of {name} ({len(tree)} nodes, above) does not show: {', '.join(missing)}")


if __name__ == "__main__":
    main(sys.argv[1:])
