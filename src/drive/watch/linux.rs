//! Linux: the kernel sends a message for each device that comes, goes or changes (netlink(7), NETLINK_KOBJECT_UEVENT), a disc that comes or goes among
//! them; udev sends the same once more when it has given the device its permissions.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;
use rustix::net::netlink::{KOBJECT_UEVENT, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};

/// Multicast groups: the kernel's own messages, and udev's.
const KERNEL: u32 = 1;
const UDEV: u32 = 2;
/// The longest message: what the kernel allows itself (UEVENT_BUFFER_SIZE), and udev's properties besides.
const LONGEST: usize = 16 << 10;
/// So long nothing has to happen after a change before it is told of: a drive that comes has several messages.
const QUIET: Timespec = Timespec { tv_sec: 0, tv_nsec: 150_000_000 };

/// The thread that listens.
pub struct Listener {
    stop: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens until it is dropped.
    pub fn start(changed: impl Fn() + Send + 'static) -> io::Result<Listener> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, Some(KOBJECT_UEVENT))?;
        bind(&socket, &SocketAddrNetlink::new(0, KERNEL | UDEV))?;
        let stop = Arc::new(eventfd(0, EventfdFlags::CLOEXEC)?);
        let stopped = stop.clone();
        let listen = move || listen(&socket, &stopped, &changed);
        let thread = std::thread::Builder::new().name("drives".to_owned()).spawn(listen)?;
        Ok(Listener { stop, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A counter of eight bytes can't be full after one.
        let _ = rustix::io::write(&self.stop, &1u64.to_ne_bytes());
        if let Some(thread) = self.thread.take() {
            // A panic there has been told on stderr already.
            let _ = thread.join();
        }
    }
}

/// Tells of changes until the listener is dropped, or the system takes the socket away.
fn listen(socket: &OwnedFd, stop: &OwnedFd, changed: &dyn Fn()) {
    let mut pending = false;
    loop {
        let mut both = [PollFd::new(socket, PollFlags::IN), PollFd::new(stop, PollFlags::IN)];
        match poll(&mut both, pending.then_some(&QUIET)) {
            Err(Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) if !both[1].revents().is_empty() => return,
            Ok(0) => {
                pending = false;
                changed();
            }
            Ok(_) => match drain(socket) {
                Ok(about_drives) => pending |= about_drives,
                Err(_) => return,
            },
        }
    }
}

/// Takes the messages that are there; tells whether one was about an optical drive.
fn drain(socket: &OwnedFd) -> io::Result<bool> {
    let mut about_drives = false;
    let mut message = [0; LONGEST];
    loop {
        match recv(socket, &mut message, RecvFlags::empty()) {
            Ok((len, _)) => about_drives |= is_about_drive(&message[..len]),
            Err(Errno::WOULDBLOCK) => return Ok(about_drives),
            Err(Errno::INTR) => {}
            // There were more than the kernel keeps: who knows what they were about.
            Err(Errno::NOBUFS) => about_drives = true,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether a message is about an optical drive. Both kinds hold properties `KEY=value`, each with a zero behind it; what stands before them differs,
/// and is not needed.
fn is_about_drive(message: &[u8]) -> bool {
    let mut fields = message.split(|&byte| byte == 0);
    fields.any(|field| {
        let name = field.strip_prefix(b"DEVNAME=").map(|name| name.strip_prefix(b"/dev/").unwrap_or(name));
        let number = name.and_then(|name| name.strip_prefix(b"sr"));
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Linux 6.1 sends them (`busybox uevent`): a disc that came, and things that are no drives.
    #[test]
    fn messages_about_drives_are_told_from_others() {
        let disc = b"change@/devices/pci0000:00/0000:00:05.0/virtio2/host2/target2:0:0/2:0:0:0/block/sr0\0ACTION=change\0\
            DEVPATH=/devices/pci0000:00/0000:00:05.0/virtio2/host2/target2:0:0/2:0:0:0/block/sr0\0SUBSYSTEM=block\0\
            DISK_MEDIA_CHANGE=1\0MAJOR=11\0MINOR=0\0DEVNAME=sr0\0DEVTYPE=disk\0DISKSEQ=9\0SEQNUM=1203\0";
        assert!(is_about_drive(disc));
        let udev = [b"libudev\0\xfe\xed\xca\xfe\x28\0\0\0\x28\0\0\0".as_slice(), &[0; 20], b"ACTION=add\0DEVNAME=/dev/sr12\0"];
        assert!(is_about_drive(&udev.concat()));
        for other in ["DEVNAME=sda", "DEVNAME=sr", "DEVNAME=srv0", "DEVPATH=/block/sr0", "DEVNAME=/dev/bus/usb/001/002", ""] {
            assert!(!is_about_drive(format!("add@/devices/x\0ACTION=add\0{other}\0").as_bytes()), "{other}");
        }
        assert!(!is_about_drive(&[0; 64]) && !is_about_drive(b""));
    }

    #[test]
    fn it_ends_when_nobody_wants_it_any_more() {
        let (tell, told) = std::sync::mpsc::channel::<()>();
        drop(Listener::start(move || tell.send(()).unwrap_or_default()));
        // The other end is gone with the thread, or was never there on a system without netlink.
        assert!(told.recv().is_err());
    }
}
