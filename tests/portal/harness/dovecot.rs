//! A real IMAP server (Dovecot) with one mailbox, which takes passwords and tokens, with and without
//! encryption. It runs as whoever runs the tests; where that is root, its parts run as users of their own.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};

use super::tokens::{MAILBOX, TokenEndpoint};

/// The password of the mailbox.
pub const PASSWORD: &str = "Post%fach#4711";

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server; ends with the test.
pub struct Dovecot {
    dir: tempfile::TempDir,
    child: Option<Child>,
    /// Who owns the mails.
    owner: User,
    port: u16,
    tls_port: u16,
    mails: AtomicU32,
}

impl Dovecot {
    /// A server that takes the password, and the tokens of `tokens`.
    pub fn start(tokens: Option<&TokenEndpoint>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let own = User::from_uid(geteuid()).ok().flatten().expect("a user");
        let named = |name: &str| User::from_name(name).ok().flatten();
        // Dovecot reads no mails as root.
        let owner = match own.uid.is_root() {
            true => named("nobody").expect("a user without rights"),
            false => own.clone(),
        };
        let [port, tls_port] = [super::port(), super::port()];
        let mut this = Self {
            dir,
            child: None,
            owner,
            port,
            tls_port,
            mails: AtomicU32::new(0),
        };
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(this.dir.path(), open).expect("permissions");
        for folder in ["", "/new", "/cur", "/tmp"] {
            this.make(&format!("mail/{MAILBOX}{folder}"));
        }
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
        let made = made.expect("a certificate");
        let write = |name: &str, text: String| {
            fs::write(this.dir.path().join(name), text).expect("a file");
        };
        write("key.pem", made.signing_key.serialize_pem());
        write("cert.pem", made.cert.pem());
        write("users", format!("{MAILBOX}:{{PLAIN}}{PASSWORD}\n"));
        let introspection = tokens.map_or("", |tokens| &tokens.introspection);
        write(
            "oauth2.conf",
            format!(
                "introspection_mode = post\nintrospection_url = {introspection}\n\
                 username_attribute = username\nactive_attribute = active\nactive_value = true\n"
            ),
        );
        write("dovecot.conf", this.configuration(&own, tokens.is_some()));
        this.begin();
        this
    }

    fn make(&self, folder: &str) {
        let path = self.dir.path().join(folder);
        fs::create_dir_all(&path).expect("a folder");
        let (uid, gid) = (self.owner.uid.as_raw(), self.owner.gid.as_raw());
        let mut place = path.as_path();
        while place != self.dir.path() {
            chown(place, Some(uid), Some(gid)).expect("an owner");
            place = place.parent().expect("a parent");
        }
    }

    fn configuration(&self, own: &User, takes_tokens: bool) -> String {
        let dir = self.dir.path().display();
        let (port, tls_port) = (self.port, self.tls_port);
        let (login, internal) = match own.uid.is_root() {
            true => ("dovenull", "dovecot"),
            false => (own.name.as_str(), own.name.as_str()),
        };
        let group = match own.uid.is_root() {
            true => "dovecot".to_owned(),
            false => {
                nix::unistd::Group::from_gid(own.gid)
                    .ok()
                    .flatten()
                    .expect("a group")
                    .name
            }
        };
        let (uid, gid) = (self.owner.uid, self.owner.gid);
        let (mechanisms, by_token) = match takes_tokens {
            true => (
                "plain xoauth2",
                format!(
                    "passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {dir}/oauth2.conf\n}}\n"
                ),
            ),
            false => ("plain", String::new()),
        };
        format!(
            "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {dir}/run\nstate_dir = {dir}/state\n\
             log_path = {dir}/log\nssl = yes\nssl_cert = <{dir}/cert.pem\nssl_key = <{dir}/key.pem\n\
             disable_plaintext_auth = no\nauth_mechanisms = {mechanisms}\nauth_failure_delay = 0\n\
             default_login_user = {login}\ndefault_internal_user = {internal}\ndefault_internal_group = {group}\n\
             mail_location = maildir:{dir}/mail/%u\nfirst_valid_uid = 1\nmail_fsync = never\n\
             {by_token}passdb {{\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {dir}/users\n}}\n\
             userdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={dir}/mail/%u allow_all_users=yes\n}}\n\
             service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n\
             service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {port}\n  }}\n  \
             inet_listener imaps {{\n    port = {tls_port}\n    ssl = yes\n  }}\n}}\n\
             namespace inbox {{\n  inbox = yes\n  mailbox Erledigt {{\n    auto = create\n  }}\n}}\n"
        )
    }

    /// Starts it, or starts it again.
    pub fn begin(&mut self) {
        let program = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"];
        let program = program.iter().find(|path| Path::new(path).exists());
        let child = Command::new(program.expect("dovecot: `./dev setup` installs it"))
            .arg("-F")
            .arg("-c")
            .arg(self.dir.path().join("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("dovecot");
        self.child = Some(child);
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(since.elapsed() < PATIENCE, "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it: nobody answers any more.
    pub fn end(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        if let Ok(id) = child.id().try_into() {
            kill(Pid::from_raw(id), Signal::SIGTERM).ok();
        }
        child.wait().ok();
    }

    /// The address of the mailbox for `AVV_IMAP_URL`, unencrypted.
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The same by way of another port, where something stands in between.
    pub fn url_at(&self, port: u16) -> String {
        format!("imap://{}@127.0.0.1:{port}", signed_in())
    }

    /// The address over TLS.
    pub fn tls_url(&self) -> String {
        format!("imaps://{}@localhost:{}", signed_in(), self.tls_port)
    }

    /// The address over TLS without a password, for tokens.
    pub fn token_url(&self) -> String {
        format!(
            "imaps://{}@localhost:{}",
            MAILBOX.replace('@', "%40"),
            self.tls_port
        )
    }

    /// The unencrypted port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that has to be trusted.
    pub fn certificate(&self) -> PathBuf {
        self.dir.path().join("cert.pem")
    }

    /// Puts a mail into the mailbox, as the mail server delivers it.
    pub fn deliver(&self, raw: &[u8]) {
        let number = self.mails.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.{number:05}.tests", 1_760_000_000 + number);
        let box_ = self.dir.path().join("mail").join(MAILBOX);
        let (unfinished, path) = (box_.join("tmp").join(&name), box_.join("new").join(&name));
        fs::write(&unfinished, raw).expect("a mail");
        let (uid, gid) = (self.owner.uid.as_raw(), self.owner.gid.as_raw());
        chown(&unfinished, Some(uid), Some(gid)).expect("an owner");
        fs::rename(unfinished, path).expect("a mail");
    }

    /// The flags of each mail in the inbox, as Maildir writes them (`S` read, `F` flagged), in the order
    /// they came; an empty text is one that is unread.
    pub fn flags(&self) -> Vec<String> {
        self.flags_in("")
    }

    /// The same of a folder.
    pub fn flags_in(&self, folder: &str) -> Vec<String> {
        let folder = match folder {
            "" => String::new(),
            folder => format!(".{folder}"),
        };
        let place = self.dir.path().join("mail").join(MAILBOX).join(folder);
        let mut names: Vec<String> = ["new", "cur"]
            .iter()
            .flat_map(|part| fs::read_dir(place.join(part)).into_iter().flatten())
            .map(|entry| entry.expect("a file").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
            .iter()
            .map(|name| name.split_once(":2,").map_or("", |(_, flags)| flags))
            .map(str::to_owned)
            .collect()
    }

    /// What it wrote into its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Bytes it has sent to clients in each session that is over.
    pub fn sent(&self) -> Vec<usize> {
        let log = self.log();
        let told = log.lines().filter(|line| line.contains("Disconnected"));
        told.filter_map(|line| line.split(" out=").nth(1))
            .filter_map(|rest| rest.split(' ').next()?.parse().ok())
            .collect()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.end();
    }
}

/// User and password as they stand in an address.
fn signed_in() -> String {
    let password = PASSWORD.replace('%', "%25").replace('#', "%23");
    format!("{}:{password}", MAILBOX.replace('@', "%40"))
}
