//! [`Server`]: waits for initiators on the loopback interface.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::login::login;
use super::session::Session;
use crate::drive::transport::Transport;

/// Connections at a time: an initiator and one that looks around.
const MOST_CONNECTIONS: usize = 8;

/// The name of the target for a disc of this name (RFC 7143, 4.2.7): what a name may not hold becomes a dash.
pub fn target_name(disc: &str) -> String {
    let clean: String =
        disc.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' }).collect();
    let clean = clean.trim_matches(['-', '.']);
    let short: String = clean.chars().take(64).collect();
    format!("iqn.2026-11.io.spindle:{}", if short.is_empty() { "disc" } else { &short })
}

/// A drive that is served until this is dropped.
pub struct Server {
    address: SocketAddr,
    target: String,
    stop: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    waiting: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves a drive on a port of 127.0.0.1; port 0 takes any that is free.
    pub fn new<T: Transport + 'static>(drive: T, target: &str, port: u16) -> io::Result<Server> {
        Server::sharing(Arc::new(Mutex::new(drive)), target, port)
    }

    /// The same, of a drive that somebody else looks at, too: at the disc that is being written in it, say.
    pub fn sharing<T: Transport + 'static>(drive: Arc<Mutex<T>>, target: &str, port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let (stop, open): (Arc<AtomicBool>, Arc<Mutex<Vec<TcpStream>>>) = (Arc::default(), Arc::default());
        let target = target.to_owned();
        let waiting = std::thread::Builder::new().name("iscsi".to_owned()).spawn({
            let (stop, open, target) = (stop.clone(), open.clone(), target.clone());
            move || wait(&listener, &stop, &open, &drive, &target)
        })?;
        Ok(Server { address, target, stop, open, waiting: Some(waiting) })
    }

    /// Where initiators find it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The target's name.
    pub fn target(&self) -> &str {
        &self.target
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // One that is closed already needs no closing.
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        // Wakes the one that waits.
        drop(TcpStream::connect(self.address));
        if let Some(waiting) = self.waiting.take() {
            // A panic there has been told on stderr already.
            let _ = waiting.join();
        }
    }
}

fn wait<T: Transport + 'static>(
    listener: &TcpListener,
    stop: &AtomicBool,
    open: &Arc<Mutex<Vec<TcpStream>>>,
    drive: &Arc<Mutex<T>>,
    target: &str,
) {
    for stream in listener.incoming() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let Ok(handle) = stream.try_clone() else { continue };
        {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            if open.len() >= MOST_CONNECTIONS {
                continue;
            }
            open.push(handle);
        }
        let (open, drive, target) = (open.clone(), drive.clone(), target.to_owned());
        let address = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
        let serve = move || {
            let peer = stream.peer_addr().ok();
            // Whatever ends a connection, the initiator makes a new one.
            let _ = converse(stream, &drive, &target, address);
            open.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|other| other.peer_addr().ok() != peer && other.peer_addr().is_ok());
        };
        // Without a thread the connection is closed, and the initiator tries again.
        let _ = std::thread::Builder::new().name("iscsi connection".to_owned()).spawn(serve);
    }
}

fn converse<T: Transport>(stream: TcpStream, drive: &Mutex<T>, target: &str, address: String) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = Buffered {
        from: BufReader::with_capacity(64 << 10, stream.try_clone()?),
        to: BufWriter::with_capacity(64 << 10, stream),
    };
    let agreed = login(&mut stream, target)?;
    Session::new(stream, drive, agreed, target, address).serve()
}

/// Both ways of a connection, each with a buffer.
struct Buffered {
    from: BufReader<TcpStream>,
    to: BufWriter<TcpStream>,
}

impl Read for Buffered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.from.read(into)
    }
}

impl Write for Buffered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
