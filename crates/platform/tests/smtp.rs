//! Letters to a real mail server: privately, as the right user, whole, and with refusals that say what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use kernel::Email;
use platform::config::{Flags, load};
use platform::mail::{Letter, MailError, Mailer};
use raw_client::trouble::{Trouble, Way};
use serde_json::Value;
use tempfile::TempDir;

/// The user that the server knows, as an address has it.
const LOGIN: &str = "shop:otter%20%26%20co%2F1@";

/// A mail server of a test's own.
struct Server {
    process: Child,
    says: BufReader<ChildStdout>,
    folder: TempDir,
    port: u16,
}

impl Server {
    /// `open`: for everybody, in the clear; `starttls` and `tls`: for the shop.
    fn start(mode: &str) -> Self {
        let programs = std::env::var_os("TRADEWIND_TEST_SMTP_PROGRAMS").map(PathBuf::from).expect("cargo xtask test says where it is");
        let folder = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail_server.py");
        let mut command = Command::new(programs.join("python"));
        let started = command.arg(script).arg(folder.path()).arg(mode).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = started.expect("a mail server");
        let mut says = BufReader::new(process.stdout.take().expect("its output"));
        let port = line(&mut says).trim().parse().expect("a port");
        Self { process, says, folder, port }
    }

    fn authority(&self) -> String {
        format!("authority={}", self.folder.path().join("authority.pem").display())
    }

    /// The way of a shop that is configured with this address.
    fn mailer(&self, scheme: &str, login: &str, options: &str) -> Mailer {
        Self::mailer_at(self.port, scheme, login, options)
    }

    fn mailer_at(port: u16, scheme: &str, login: &str, options: &str) -> Mailer {
        let url = format!("{scheme}://{login}127.0.0.1:{port}?{options}");
        let values = [("mail.url", url.as_str()), ("mail.from", "Mugs & Möre <shop@example.com>")];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        Mailer::of(&load(&Flags { config: None, values }).expect("a configuration").config)
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&line(&mut self.says)).expect("a letter")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).expect("a line");
    line
}

fn letter(to: &str) -> Letter {
    let text = "Hello!\n.\nQUIT\n..\nBye".to_owned();
    Letter {
        to: Email::parse(to).expect("an address"),
        subject: "Willkommen, Ada".into(),
        text,
        html: Some("<p>Grüße!</p>".into()),
        id: None,
        unsubscribe: None,
    }
}

#[tokio::test]
#[ignore = "needs an SMTP server"]
async fn letters_arrive_privately_and_whole_by_smtp() {
    for (mode, scheme) in [("starttls", "smtp"), ("tls", "smtps")] {
        let mut server = Server::start(mode);
        let mailer = server.mailer(scheme, LOGIN, &server.authority());
        mailer.send(&letter("ada@example.com")).await.expect(mode);
        let told = server.next();
        assert_eq!((&told["private"], &told["login"], &told["from"]), (&true.into(), &true.into(), &"shop@example.com".into()), "{mode}");
        assert_eq!(told["to"], serde_json::json!(["ada@example.com"]));
        let content = told["content"].as_str().expect("a text");
        let (head, _) = content.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains("Subject: Willkommen, Ada\r\n") && head.contains("To: ada@example.com\r\n"), "{head}");
        assert!(content.contains("Hello!\r\n.\r\nQUIT\r\n..\r\nBye"), "{content}");
    }
}

#[tokio::test]
#[ignore = "needs an SMTP server"]
async fn nothing_is_told_to_a_server_that_is_not_private_by_smtp() {
    let mut server = Server::start("open");
    // It offers no STARTTLS: a way that insists on it sends neither password nor letter.
    let refused = server.mailer("smtp", LOGIN, "").send(&letter("first@example.com")).await;
    assert!(matches!(refused, Err(MailError::Unavailable(_))), "{refused:?}");
    server.mailer("smtp", "", "tls=none").send(&letter("second@example.com")).await.expect("sent in the clear");
    let told = server.next();
    assert_eq!((&told["to"][0], &told["private"]), (&"second@example.com".into(), &false.into()));

    let mut server = Server::start("tls");
    let refused = server.mailer("smtps", LOGIN, "").send(&letter("first@example.com")).await;
    assert!(matches!(refused, Err(MailError::Unavailable(_))), "a certificate of nobody known: {refused:?}");
    server.mailer("smtps", LOGIN, &server.authority()).send(&letter("second@example.com")).await.expect("sent to whom we trust");
    assert_eq!(server.next()["to"][0], "second@example.com");
}

#[tokio::test]
#[ignore = "needs an SMTP server"]
async fn a_refusal_says_whether_to_try_again_and_names_nobody_by_smtp() {
    let server = Server::start("starttls");
    let mailer = server.mailer("smtp", LOGIN, &server.authority());
    let gone = mailer.send(&letter("gone@example.com")).await.expect_err("refused");
    assert!(matches!(gone, MailError::Refused(550)), "{gone:?}");
    let busy = mailer.send(&letter("busy@example.com")).await.expect_err("refused");
    assert!(matches!(busy, MailError::Unavailable(_)), "{busy:?}");
    let stranger = server.mailer("smtp", "shop:wrong@", &server.authority()).send(&letter("ada@example.com")).await.expect_err("refused");
    assert!(matches!(stranger, MailError::Unavailable(_)), "{stranger:?}");
    let unfit =
        mailer.send(&Letter { subject: "Hi\r\nBcc: eve@example.com".into(), ..letter("ada@example.com") }).await.expect_err("refused");
    assert!(matches!(unfit, MailError::Unfit(_)), "{unfit:?}");
    for error in [gone, busy, stranger, unfit] {
        let told = format!("{error} {error:?}");
        assert!(!told.contains('@') && !told.contains("wrong") && !told.contains("mailbox"), "{told}");
    }
}

/// A letter meets each trouble of the way to the server: it is worth another try, and the next one leaves when that is over.
#[tokio::test]
#[ignore = "needs an SMTP server"]
async fn a_letter_outlives_a_troubled_server_by_smtp() {
    let mut server = Server::start("tls");
    let way = Way::to(([127, 0, 0, 1], server.port).into()).await.expect("a way");
    let mailer = Server::mailer_at(way.address().port(), "smtps", LOGIN, &server.authority());
    for trouble in Trouble::ALL {
        let to = format!("{trouble:?}@example.com").to_lowercase();
        way.meet(trouble).await.expect("a trouble");
        let sent = mailer.send(&letter(&to)).await;
        way.meet(Trouble::None).await.expect("no trouble");
        if trouble == Trouble::Slow {
            sent.expect("slow is not broken");
        } else {
            assert!(matches!(sent, Err(MailError::Unavailable(_))), "{trouble:?}: {sent:?}");
            mailer.send(&letter(&to)).await.expect("sent when it is over");
        }
        assert_eq!(server.next()["to"][0], to, "{trouble:?}");
    }
}
