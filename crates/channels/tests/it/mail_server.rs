//! The mail servers of the tests: a real one in a child process, and one that only knows its lines.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(20);

/// aiosmtpd with a handler that shows each letter. Ends with the test.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl MailServer {
    /// `mode` is `none`, `starttls` or `implicit`; the latter two want a user.
    pub(crate) async fn start(mode: &str, folder: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail_server.py");
        // The distribution's own interpreter first: that is where the distribution's packages are.
        let python = ["/usr/bin/python3", "/usr/local/bin/python3", "python3"].map(PathBuf::from);
        let python = python.into_iter().find(|python| python.exists()).unwrap_or_else(|| "python3".into());
        #[expect(clippy::disallowed_methods, reason = "the mail server of a test is a child process")]
        let mut child = Command::new(python)
            .arg(script)
            .args([mode, &certificate(folder), &key(folder)])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 is needed for the mail server: apt-get install -y python3-aiosmtpd");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = timeout(LIMIT, lines.next_line()).await.unwrap().unwrap().unwrap_or_default();
        assert_ne!(first, "no aiosmtpd", "a mail server is needed: apt-get install -y python3-aiosmtpd");
        let port = first.parse().expect("the mail server tells its port");
        Self { port, lines, _child: child }
    }

    /// The next letter.
    pub(crate) async fn letter(&mut self) -> Value {
        let line = timeout(LIMIT, self.lines.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

/// Makes a throw-away certificate for 127.0.0.1, which is its own authority.
pub(crate) fn make_certificate(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(certificate(folder), made.cert.pem()).unwrap();
    std::fs::write(key(folder), made.signing_key.serialize_pem()).unwrap();
}

pub(crate) fn certificate(folder: &Path) -> String {
    folder.join("cert.pem").to_str().unwrap().to_owned()
}

fn key(folder: &Path) -> String {
    folder.join("key.pem").to_str().unwrap().to_owned()
}

/// A server that greets with one line and answers each command whose beginning it knows; everything else is `250`.
pub(crate) async fn scripted(
    greeting: &'static str,
    replies: &'static [(&'static str, &'static str)],
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, greeting, replies));
        }
    });
    port
}

async fn talk(stream: TcpStream, greeting: &str, replies: &[(&str, &str)]) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let (mut reply, mut in_letter) = (greeting, false);
    // The client hangs up when it has heard enough.
    while writer.write_all(format!("{reply}\r\n").as_bytes()).await.is_ok() {
        in_letter |= reply.starts_with("354");
        let Some(line) = next_command(&mut lines, &mut in_letter).await else { return };
        reply =
            replies.iter().find(|(begin, _)| line.starts_with(begin)).map_or("250 ok", |(_, reply)| reply);
    }
}

/// The next line that wants a reply: inside a letter, only its end.
async fn next_command(lines: &mut Lines<BufReader<OwnedReadHalf>>, in_letter: &mut bool) -> Option<String> {
    loop {
        let line = lines.next_line().await.ok()??;
        if !*in_letter || line == "." {
            *in_letter = false;
            return Some(line);
        }
    }
}
