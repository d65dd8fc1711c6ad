//! Commands that call out where their effect does not say so.

use super::{Before, printed};
use crate::order;
use engine::ports::Executor as _;
use playbook::Effect;
use runner::Runner;
use std::io::Read as _;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixListener;

/// `perl` is part of every Debian; it opens sockets that bash cannot.
fn perl(script: &str) -> String {
    assert!(
        std::path::Path::new("/usr/bin/perl").exists(),
        "this test needs perl: apt-get install perl-base, or your system's own package of it"
    );
    format!("perl -MSocket -e '{script}'")
}

async fn said(effect: Effect, source: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (before, config) = Before::new(folder.path());
    let report = Runner::new(config).run(&order(effect, source)).await;
    before.holds();
    printed(&report).to_owned()
}

#[tokio::test]
async fn a_look_at_this_machine_reaches_nothing() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (t, u) = (tcp.local_addr().unwrap().port(), udp.local_addr().unwrap().port());
    let source = format!(
        "(echo > /dev/tcp/127.0.0.1/{t}) && echo tcp; (echo > /dev/udp/127.0.0.1/{u}) && echo udp; echo end"
    );
    let shown = said(Effect::ReadsHere, &source).await;
    assert!(shown.ends_with("end\n") && !shown.contains("tcp\n") && !shown.contains("udp\n"), "{shown}");
    tcp.set_nonblocking(true).unwrap();
    udp.set_nonblocking(true).unwrap();
    assert!(tcp.accept().is_err() && udp.recv(&mut [0; 8]).is_err(), "something came through");
    // The same script gets through where the effect says so.
    let shown = said(Effect::ReadsWorld, &source).await;
    assert!(shown.contains("tcp\n") && shown.contains("udp\n"), "{shown}");
    tcp.accept().unwrap();
    assert_eq!(udp.recv(&mut [0; 8]).unwrap(), 1);
}

#[tokio::test]
async fn a_look_at_this_machine_talks_to_no_service() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let script = format!(
        "socket(S, AF_UNIX, SOCK_STREAM, 0) or die \"no: $!\\n\"; connect(S, sockaddr_un(\"{}\")) or die \"no: $!\\n\"; syswrite S, \"hi\"; print \"yes\\n\"",
        path.display()
    );
    let shown = said(Effect::ReadsHere, &perl(&script)).await;
    assert_eq!(shown, "no: Operation not permitted\n");
    // A tool that asks a service of this machine may: it is known by its name.
    let shown = said(Effect::ReadsHere, &format!("{} # docker", perl(&script))).await;
    assert_eq!(shown, "yes\n");
    let mut heard = [0; 2];
    listener.accept().unwrap().0.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hi");
}

/// Families of sockets by their numbers on Linux: packets, virtual machines, Bluetooth, and netlink for what only the
/// kernel's owner needs.
#[tokio::test]
async fn odd_sockets_are_nobodys() {
    for (name, family, kind, protocol) in [
        ("packet", 17, 3, 0),
        ("vsock", 40, 1, 0),
        ("bluetooth", 31, 3, 1),
        ("netfilter", 16, 3, 12),
        ("audit", 16, 3, 9),
    ] {
        let script =
            format!("socket(S, {family}, {kind}, {protocol}) and print \"made\\n\"; print \"$!\\n\"");
        for effect in [Effect::ReadsHere, Effect::ReadsWorld] {
            let shown = said(effect, &perl(&script)).await;
            assert_eq!(shown, "Operation not permitted\n", "{name} {effect:?}");
        }
    }
}

#[tokio::test]
async fn a_look_does_not_listen() {
    let script = "socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_LOOPBACK)) and print \"bound\\n\"; print \"end\\n\"";
    assert_eq!(said(Effect::ReadsWorld, &perl(script)).await, "end\n");
    assert_eq!(said(Effect::ChangesHere, &perl(script)).await, "bound\nend\n");
}
