//! A bare Debian for programs of a release: a root directory with Debian's required packages and those
//! that are asked for, and nothing else of this machine. It is made of the packages that are installed
//! here, with their entries in the database of dpkg, so that it needs no network and dpkg works in it
//! as on a machine of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::unistd::geteuid;

/// Directories that a root has before any package is in it.
const FOLDERS: &[&str] = &[
    "usr/bin",
    "usr/sbin",
    "usr/lib",
    "usr/lib64",
    "dev",
    "proc",
    "run",
    "tmp",
    "etc/ssl/certs",
    "var/lib/dpkg/info",
    "var/lib/dpkg/updates",
    "var/lib/dpkg/triggers",
];
/// What no program needs to run.
const LEFT_OUT: &[&str] = &["/usr/share/man/", "/usr/share/locale/", "/usr/share/doc/"];

/// A bare Debian below a directory; goes with the test.
pub struct Bare(tempfile::TempDir);

/// Whether one can be made here; otherwise why not. It takes root, who alone may change the root of a
/// program and give files to other users, and the packages of a Debian.
pub fn is_possible() -> Result<(), &'static str> {
    if !geteuid().is_root() {
        return Err("only root can run programs in another root directory");
    }
    if !Path::new("/var/lib/dpkg/status").is_file() {
        return Err("this machine has no packages of Debian");
    }
    let alone = Command::new("unshare").args(["--mount", "true"]).status();
    match alone {
        Ok(status) if status.success() => Ok(()),
        _ => Err("this machine allows no mounts of a program's own"),
    }
}

impl Bare {
    /// With these packages and all that they depend on.
    pub fn with(packages: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        for folder in FOLDERS {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for name in ["bin", "sbin", "lib", "lib64"] {
            symlink(format!("usr/{name}"), root.join(name)).unwrap();
        }
        let all = closure(packages);
        unpack(root, &all);
        // What packages make when they are set up.
        for (name, master) in [("passwd", "passwd.master"), ("group", "group.master")] {
            let master = root.join("usr/share/base-passwd").join(master);
            fs::copy(master, root.join("etc").join(name)).unwrap();
        }
        let certificates = "etc/ssl/certs/ca-certificates.crt";
        if let Ok(bytes) = fs::read(Path::new("/").join(certificates)) {
            fs::write(root.join(certificates), bytes).unwrap();
        }
        fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o1777)).unwrap();
        let null = root.join("dev/null");
        done(
            Command::new("mknod")
                .args(["-m", "666"])
                .arg(&null)
                .args(["c", "1", "3"]),
        );
        let this = Self(dir);
        this.done(&["ldconfig"]);
        this
    }

    /// A path of it as this machine sees it.
    pub fn path(&self, within: &str) -> PathBuf {
        self.0.path().join(within.trim_start_matches('/'))
    }

    /// A program in it, as root.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command
            .arg(self.0.path())
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        command
    }

    /// A program in it as a user (`USER:GROUP`), who can write to these directories and to nothing else,
    /// whatever belongs to that user. Without any variable of this machine.
    pub fn service(&self, user: &str, writable: &[&str], words: &[&str]) -> Command {
        let mut script = "set -e\nroot=$1; user=$2; shift 2\n\
            mount --bind \"$root\" \"$root\"\nmount -o remount,bind,ro \"$root\"\n"
            .to_owned();
        for place in writable {
            let place = self.path(place);
            let place = place.to_str().unwrap();
            script.push_str(&format!(
                "mount --bind {place} {place}\nmount -o remount,bind,rw {place}\n"
            ));
        }
        script.push_str("exec chroot --userspec=\"$user\" \"$root\" \"$@\"\n");
        let mut command = Command::new("unshare");
        command
            .args([
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                &script,
                "sh",
            ])
            .arg(self.0.path())
            .arg(user)
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null());
        command
    }

    /// Runs a program in it as root, which has to succeed; what it said.
    #[track_caller]
    pub fn done(&self, words: &[&str]) -> String {
        done(&mut self.command(words))
    }
}

/// Runs a command that has to succeed; what it said.
#[track_caller]
pub fn done(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = said(&output);
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// Everything that a program said.
pub fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

/// An installed package as dpkg knows it.
struct Package {
    entry: String,
    needs: Vec<Vec<String>>,
}

impl Package {
    fn field<'a>(entry: &'a str, name: &str) -> &'a str {
        let found = entry
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        found.unwrap_or_default().trim()
    }
}

/// Names without versions and architectures: `libpq5:amd64 (>= 14)` is `libpq5`.
fn names(list: &str, separator: char) -> Vec<String> {
    list.split(separator)
        .filter_map(|one| one.split([' ', ':', '(']).find(|name| !name.is_empty()))
        .map(str::to_owned)
        .collect()
}

/// The required packages, these, and everything they depend on, as they are installed here.
fn closure(packages: &[&str]) -> BTreeMap<String, Package> {
    let status = fs::read_to_string("/var/lib/dpkg/status").unwrap();
    let mut known: BTreeMap<String, Package> = BTreeMap::new();
    let mut provided: BTreeMap<String, String> = BTreeMap::new();
    let mut wanted: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
    for entry in status.split("\n\n") {
        let field = |name| Package::field(entry, name);
        if field("Status") != "install ok installed" {
            continue;
        }
        let name = field("Package").to_owned();
        if field("Essential") == "yes" || field("Priority") == "required" {
            wanted.push(name.clone());
        }
        for other in names(field("Provides"), ',') {
            provided.entry(other).or_insert_with(|| name.clone());
        }
        let needs = [field("Pre-Depends"), field("Depends")]
            .iter()
            .flat_map(|list| list.split(','))
            .map(|choice| names(choice, '|'))
            .filter(|choice| !choice.is_empty())
            .collect();
        let entry = entry.to_owned();
        known.insert(name, Package { entry, needs });
    }
    let mut taken = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        if taken.contains_key(&name) {
            continue;
        }
        let package = known
            .remove(&name)
            .unwrap_or_else(|| panic!("the package {name} is not installed here (./dev setup)"));
        for choice in &package.needs {
            let found = choice.iter().find_map(|one| {
                let is_here = known.contains_key(one) || taken.contains_key(one) || *one == name;
                let by = provided.get(one).cloned();
                if is_here { Some(one.clone()) } else { by }
            });
            wanted.extend(found);
        }
        taken.insert(name, package);
    }
    taken
}

/// Copies the files of packages, and what dpkg knows of them.
fn unpack(root: &Path, packages: &BTreeMap<String, Package>) {
    let info = Path::new("/var/lib/dpkg/info");
    let dpkg = root.join("var/lib/dpkg");
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(info).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let Some((package, kind)) = name.rsplit_once('.') else {
            continue;
        };
        let package = package.split(':').next().unwrap();
        if !packages.contains_key(package) {
            continue;
        }
        fs::copy(entry.path(), dpkg.join("info").join(&name)).unwrap();
        if kind == "list" {
            let list = fs::read_to_string(entry.path()).unwrap();
            let kept = list.lines().filter(|path| {
                let is_left_out = LEFT_OUT.iter().any(|folder| path.starts_with(folder));
                path.len() > 2 && !is_left_out && fs::symlink_metadata(path).is_ok()
            });
            files.extend(kept.map(str::to_owned));
        }
    }
    if let Ok(format) = fs::read(info.join("format")) {
        fs::write(dpkg.join("info/format"), format).unwrap();
    }
    let entries: Vec<&str> = packages.values().map(|one| one.entry.trim()).collect();
    fs::write(dpkg.join("status"), entries.join("\n\n") + "\n").unwrap();
    fs::write(dpkg.join("available"), "").unwrap();
    let pack = Command::new("tar")
        .args(["-C", "/", "--no-recursion", "-T", "-", "-cf", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut pack = pack.unwrap();
    let mut unpack = Command::new("tar")
        .arg("-C")
        .arg(root)
        .args(["--keep-directory-symlink", "-xpf", "-"])
        .stdin(Stdio::from(pack.stdout.take().unwrap()))
        .spawn()
        .unwrap();
    let mut list = pack.stdin.take().unwrap();
    for path in &files {
        writeln!(list, ".{path}").unwrap();
    }
    drop(list);
    assert!(pack.wait().unwrap().success());
    assert!(unpack.wait().unwrap().success());
}
