//! What is given to others, tried as they have it: the Debian package and the container image, each in a
//! bare Debian, with a root that it cannot write to, as its user and with the command line of its unit or
//! recipe. The program in both is the one of the tests.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::check::own_seal;
use crate::harness::bare::{self, Bare, done, said};
use crate::harness::{Cluster, SmtpStub, port};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = env!("CARGO_BIN_EXE_avv-portal");
const MANIFEST: &str = include_str!("../../Cargo.toml");
const UNIT: &str = include_str!("../../docs/package/avv-portal.service");
const SETTINGS: &str = include_str!("../../docs/package/avv-portal.env");
const CONFIGURATION: &str = include_str!("../../docs/configuration.md");
const RECIPE: &str = include_str!("../../docs/container/Containerfile");
const COMPOSE: &str = include_str!("../../docs/container/compose.yaml");
const PATIENCE: Duration = Duration::from_secs(90);
const SECRET: &str = "q8Zk3vN1xWc7Rt5Yb2Lm9Pf4Hd6Gs0JaUeIoTyQwErX=";

/// What Cargo.toml says of the package.
struct Metadata(toml::Table);

impl Metadata {
    fn read() -> Self {
        let whole: toml::Table = MANIFEST.parse().unwrap();
        let deb = &whole["package"]["metadata"]["deb"];
        Self(deb.as_table().unwrap().clone())
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    /// Each file with its name in the package and its mode.
    fn assets(&self) -> Vec<(PathBuf, String, u32)> {
        let licence = Path::new(ROOT).join(self.0["license-file"][0].as_str().unwrap());
        let own_name = "usr/share/doc/avv-portal/copyright".to_owned();
        let mut all = vec![(licence, own_name, 0o644)];
        for asset in self.0["assets"].as_array().unwrap() {
            let [from, to, mode] = [0, 1, 2].map(|at| asset[at].as_str().unwrap());
            let mode = u32::from_str_radix(mode, 8).unwrap();
            let sources = sources(from);
            assert!(!sources.is_empty(), "there is no {from}");
            for source in sources {
                let name = source.file_name().unwrap().to_str().unwrap();
                let name = if source == Path::new(PROGRAM) {
                    "avv-portal"
                } else {
                    name
                };
                all.push((source.clone(), format!("{to}{name}"), mode));
            }
        }
        all
    }

    fn conffiles(&self) -> Vec<&str> {
        let all = self.0["conf-files"].as_array().unwrap();
        all.iter().map(|one| one.as_str().unwrap()).collect()
    }

    fn depends(&self) -> Vec<&str> {
        let all = self.text("depends").split(',').map(str::trim);
        all.map(|one| one.split(' ').next().unwrap()).collect()
    }

    /// The package as `cargo-deb` makes it for a release, with this as its program.
    fn build(&self, dir: &Path, program: &Path) -> PathBuf {
        let stage = dir.join("stage");
        for (source, name, mode) in self.assets() {
            let target = stage.join(name);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            let is_program = source == Path::new(PROGRAM);
            if is_program {
                copy_program(program, &target);
            } else {
                fs::copy(&source, &target).unwrap();
            }
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
        }
        let control = stage.join("DEBIAN");
        fs::create_dir_all(&control).unwrap();
        let architecture = done(Command::new("dpkg").arg("--print-architecture"));
        let fields = format!(
            "Package: avv-portal\nVersion: {}-1\nArchitecture: {}\nMaintainer: {}\nSection: {}\n\
             Priority: {}\nDepends: {}\nRecommends: {}\nSuggests: {}\nDescription: {}\n",
            env!("CARGO_PKG_VERSION"),
            architecture.trim(),
            self.text("maintainer"),
            self.text("section"),
            self.text("priority"),
            self.text("depends"),
            self.text("recommends"),
            self.text("suggests"),
            env!("CARGO_PKG_DESCRIPTION"),
        );
        fs::write(control.join("control"), fields).unwrap();
        fs::write(
            control.join("conffiles"),
            self.conffiles().join("\n") + "\n",
        )
        .unwrap();
        let scripts = Path::new(ROOT).join(self.text("maintainer-scripts"));
        for script in ["postinst", "prerm", "postrm"] {
            let target = control.join(script);
            fs::copy(scripts.join(script), &target).unwrap();
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
            done(Command::new("sh").arg("-n").arg(target));
        }
        let file = dir.join("avv-portal.deb");
        done(
            Command::new("dpkg-deb")
                .args(["--root-owner-group", "-Znone", "--build"])
                .arg(&stage)
                .arg(&file),
        );
        fs::remove_dir_all(stage).unwrap();
        file
    }
}

/// Copies a program without what only a debugger reads, as `cargo-deb` does: it is most of what a program of
/// the tests weighs, and several copies of it would fill a small disk.
fn copy_program(program: &Path, target: &Path) {
    done(Command::new("strip").arg("-o").arg(target).arg(program));
}

/// The files that a pattern of Cargo.toml names; the program of a release is that of the tests.
fn sources(pattern: &str) -> Vec<PathBuf> {
    if pattern == "target/release/avv-portal" {
        return vec![PathBuf::from(PROGRAM)];
    }
    let path = Path::new(ROOT).join(pattern);
    let name = path.file_name().unwrap().to_str().unwrap();
    let Some((begin, end)) = name.split_once('*') else {
        return vec![path];
    };
    let mut found: Vec<PathBuf> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(begin) && name.ends_with(end)
        })
        .collect();
    found.sort();
    found
}

/// The value of a setting of the unit.
#[track_caller]
fn of_unit(name: &str) -> &'static str {
    let found = UNIT
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("the unit has no {name}"))
}

/// The settings in a file, as systemd reads them.
fn settings(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim);
    let set = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    set.map(|line| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    })
    .collect()
}

/// The names of variables in a text, each of which has to be one that is explained.
fn known_variables(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let words = text.split(|c: char| !is_part(c));
    let names: BTreeSet<&str> = words
        .filter(|word| word.starts_with("AVV_") || word.starts_with("DATABASE_"))
        .collect();
    for name in &names {
        let plain = name.strip_suffix("_FILE").unwrap_or(name);
        assert!(CONFIGURATION.contains(&format!("`{plain}`")), "{name}");
    }
    names
}

/// The first line of the answer to a request that needs no session.
fn ask(port: u16, path: &str) -> String {
    let mut answer = String::new();
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok();
        let request = format!("GET {path} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).ok();
        stream.read_to_string(&mut answer).ok();
    }
    answer.lines().next().unwrap_or_default().to_owned()
}

/// A running program; ends with the test at the latest.
struct Running(Child);

impl Running {
    /// Told to stop, it ends well.
    #[track_caller]
    fn stop(mut self) {
        kill(
            Pid::from_raw(self.0.id().try_into().unwrap()),
            Signal::SIGTERM,
        )
        .unwrap();
        let since = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return assert!(status.success(), "{status}");
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Secrets as an administrator has them, each in a file of its own that one group may read.
fn write_secrets(dir: &Path, group: u32, secrets: &[(&str, &str)]) {
    for (name, value) in secrets {
        let path = dir.join(name);
        fs::write(&path, value).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        chown(&path, Some(0), Some(group)).unwrap();
    }
}

/// Whether the rest of a test can be done; says why not.
#[expect(clippy::print_stderr, reason = "what is not tried is said")]
fn has_bare() -> bool {
    let possible = bare::is_possible();
    if let Err(why) = possible {
        eprintln!("not tried in a bare Debian: {why}");
    }
    possible.is_ok()
}

#[test]
fn s91_the_package_holds_what_its_unit_names() {
    let dir = tempfile::tempdir().unwrap();
    let deb = Metadata::read().build(dir.path(), Path::new("/bin/true"));
    let contents = done(Command::new("dpkg-deb").arg("--contents").arg(&deb));
    let mode_of = |path: &str| {
        let end = format!(" .{path}");
        let line = contents.lines().find(|line| line.ends_with(&end));
        line.unwrap_or_else(|| panic!("no {path} in {contents}"))
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    let program = of_unit("ExecStart").split(' ').next().unwrap();
    assert_eq!(mode_of(program), "-rwxr-xr-x");
    // It may come to hold secrets.
    assert_eq!(mode_of(of_unit("EnvironmentFile")), "-rw-r-----");
    assert_eq!(Metadata::read().conffiles(), [of_unit("EnvironmentFile")]);
    mode_of(of_unit("Documentation").strip_prefix("file://").unwrap());
    mode_of("/usr/lib/systemd/system/avv-portal.service");
    for (_, name, _) in Metadata::read().assets() {
        mode_of(&format!("/{name}"));
    }
    assert!(contents.lines().all(|line| line.contains(" root/root ")));
    for place in SETTINGS
        .split([' ', '\n'])
        .filter(|word| word.starts_with("/usr/share/"))
    {
        mode_of(place.trim_end_matches('.'));
    }
    let named = known_variables(SETTINGS);
    assert!(named.len() > 10, "{named:?}");
    // Where there is systemd, it says how little the service may do.
    if Path::new("/usr/bin/systemd-analyze").is_file() {
        let unit = format!("{ROOT}/docs/package/avv-portal.service");
        done(Command::new("systemd-analyze").args([
            "security",
            "--offline=true",
            "--threshold=20",
            &unit,
        ]));
    }
}

#[test]
fn s85_the_package_is_installed_starts_nothing_and_runs_when_it_is_set_up() {
    if !has_bare() {
        return;
    }
    let (dir, metadata) = (tempfile::tempdir().unwrap(), Metadata::read());
    let deb = metadata.build(dir.path(), Path::new(PROGRAM));
    let root = Bare::with(&metadata.depends());
    fs::copy(&deb, root.path("/tmp/avv-portal.deb")).unwrap();
    fs::remove_file(deb).unwrap();
    let install = [
        "dpkg",
        "--force-unsafe-io",
        "--install",
        "/tmp/avv-portal.deb",
    ];
    root.done(&install);
    let state = root.done(&["dpkg-query", "-W", "-f=${Status}", "avv-portal"]);
    assert_eq!(state, "install ok installed");

    // Its user and places, and nothing that would let it start.
    let user = root.done(&["getent", "passwd", of_unit("User")]);
    let ids: Vec<u32> = user
        .split(':')
        .filter_map(|part| part.parse().ok())
        .collect();
    let data = fs::metadata(root.path(of_unit("WorkingDirectory"))).unwrap();
    assert_eq!((data.uid(), data.gid()), (ids[0], ids[1]), "{user}");
    assert_eq!(data.mode() & 0o777, 0o711);
    let file = of_unit("EnvironmentFile");
    let settings_file = root.path(file);
    let meta = fs::metadata(&settings_file).unwrap();
    assert_eq!(
        (meta.uid(), meta.gid(), meta.mode() & 0o777),
        (0, ids[1], 0o640)
    );
    let condition = of_unit("ConditionPathExists");
    assert!(!root.path(condition).exists(), "it would start");

    // The command line of the unit, as its user, with nothing to write to but what it names.
    let person = format!("{}:{}", of_unit("User"), of_unit("Group"));
    let (program, last) = of_unit("ExecStart").rsplit_once(' ').unwrap();
    assert_eq!(last, "serve");
    let service = |words: &[&str]| {
        let set = settings(&fs::read_to_string(&settings_file).unwrap());
        let words: Vec<&str> = [&[program], words].concat();
        let mut command = root.service(&person, &[of_unit("WorkingDirectory"), "/tmp"], &words);
        command.envs(set);
        command
    };
    // With the settings as they came it refuses, and says what is missing.
    let refused = service(&["serve"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("AVV_BASE_URL is not set"),
        "{}",
        said(&refused)
    );

    // What the administrator writes, as the file says.
    let (cluster, stub, port) = (Cluster::start(), SmtpStub::start(), port());
    let (key, certificate) = own_seal();
    let url = cluster.url("avv_program");
    let secrets = [
        ("secret-key", SECRET),
        ("database-url", &url),
        ("smtp-url", &stub.url()),
        ("seal-key.pem", &key),
        ("seal-cert.pem", &certificate),
    ];
    write_secrets(&root.path("/etc/avv-portal"), ids[1], &secrets);
    assert!(root.path(condition).exists(), "now it would start");
    let mut own = SETTINGS.to_owned();
    for name in known_variables(SETTINGS) {
        if name != "AVV_MANAGEMENT_LISTEN" {
            own = own.replace(&format!("\n#{name}="), &format!("\n{name}="));
        }
    }
    let listen = "127.0.0.1:8080";
    assert_eq!(own.matches(listen).count(), 1);
    fs::write(
        &settings_file,
        own.replace(listen, &format!("127.0.0.1:{port}")),
    )
    .unwrap();
    done(service(&["migrate"]).env("DATABASE_OWNER_URL", cluster.url("avv")));
    let checked = service(&["check", "--offline"]).output().unwrap();
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));

    // In the place of systemd: it is told when the portal answers, that it lives, and that it stops.
    let socket = root.path("/run/notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o777)).unwrap();
    let hears = |wanted: &str| {
        let mut word = [0; 256];
        loop {
            let length = manager.recv(&mut word).expect(wanted);
            if &word[..length] == wanted.as_bytes() {
                return;
            }
        }
    };
    let mut serve = service(&["serve"]);
    serve.env("NOTIFY_SOCKET", "/run/notify");
    serve.env("WATCHDOG_USEC", "300000");
    let portal = Running(serve.spawn().unwrap());
    hears("READY=1");
    assert!(ask(port, "/healthz").ends_with("200 OK"));
    assert!(ask(port, "/readyz").ends_with("200 OK"));
    hears("WATCHDOG=1");
    portal.stop();
    hears("STOPPING=1");

    // The same version once more, as an upgrade: the settings stay, and it says what is next.
    let upgraded = root.done(&install);
    assert!(upgraded.contains("avv-portal migrate"), "{upgraded}");
    let kept = fs::read_to_string(&settings_file).unwrap();
    assert!(kept.contains(&port.to_string()), "{kept}");
    // Whatever is removed, what was concluded stays.
    fs::write(root.path("/var/lib/avv-portal/evidence"), "").unwrap();
    root.done(&["dpkg", "--purge", "avv-portal"]);
    assert!(root.path("/var/lib/avv-portal/evidence").exists());
    assert!(root.path(condition).exists() && !root.path(program).exists());
}

/// The steps of the last stage of the recipe: word and the rest of the line.
fn recipe() -> Vec<(&'static str, String)> {
    let lines = RECIPE.lines().filter(|line| !line.starts_with('#'));
    let whole = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let (_, last) = whole.rsplit_once("FROM ").unwrap();
    let steps = last.lines().skip(1).filter(|line| !line.trim().is_empty());
    let words = [
        "RUN",
        "COPY",
        "ENV",
        "USER",
        "WORKDIR",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    ];
    steps
        .map(|step| {
            let (word, rest) = step.split_once(' ').unwrap();
            let known = words.iter().find(|known| **known == word);
            (*known.unwrap_or_else(|| panic!("{step}")), rest.to_owned())
        })
        .collect()
}

fn of_recipe(word: &str) -> Vec<String> {
    let steps = recipe().into_iter().filter(|(own, _)| *own == word);
    steps.map(|(_, rest)| rest.trim().to_owned()).collect()
}

/// Words in the notation of JSON.
fn list(text: &str) -> Vec<String> {
    let start = text.find('[').unwrap();
    serde_json::from_str(&text[start..]).unwrap()
}

/// The settings that all services of the compose file share.
fn of_compose() -> Vec<(String, String)> {
    let (_, rest) = COMPOSE.split_once("environment: &settings\n").unwrap();
    let lines = rest.lines().take_while(|line| line.starts_with("    "));
    lines
        .filter(|line| !line.trim().starts_with('#'))
        .map_while(|line| {
            let (name, value) = line.trim().split_once(": ")?;
            name.starts_with(|c: char| c.is_ascii_uppercase())
                .then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// No engine runs here: the last stage is built and run in a bare Debian, step by step.
#[test]
fn s85_the_container_runs_without_rights_on_a_root_it_cannot_write_to() {
    for copied in RECIPE.lines().filter_map(|line| line.strip_prefix("COPY ")) {
        let mut words: Vec<&str> = copied.split(' ').collect();
        words.pop();
        let own = words
            .iter()
            .filter(|word| !copied.starts_with("--") && !word.is_empty());
        own.for_each(|name| assert!(Path::new(ROOT).join(name).exists(), "{name}"));
    }
    known_variables(RECIPE);
    known_variables(COMPOSE);
    let health = of_recipe("HEALTHCHECK").remove(0);
    let (_, health) = health.split_once("CMD [").unwrap();
    let same = format!("test: [\"CMD\", {health}");
    assert!(COMPOSE.contains(&same), "{same}");
    if !has_bare() {
        return;
    }
    let runs = of_recipe("RUN");
    let (install, others) = runs.split_first().unwrap();
    let (_, packages) = install.split_once("--no-install-recommends ").unwrap();
    let packages = packages.split("&&").next().unwrap().split_whitespace();
    let root = Bare::with(&packages.collect::<Vec<_>>());
    for run in others {
        root.done(&["sh", "-c", run]);
    }
    for copy in of_recipe("COPY") {
        let (source, target) = copy.rsplit_once(' ').unwrap();
        let target = root.path(target);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        match source.strip_prefix("--from=build ") {
            Some(built) => {
                assert!(built.ends_with("target/release/avv-portal"), "{built}");
                copy_program(Path::new(PROGRAM), &target);
            }
            None => {
                fs::copy(Path::new(ROOT).join(source), target).unwrap();
            }
        }
    }
    let port = port();
    let own_port = |text: &str| text.replace("8080", &port.to_string());
    let mut set: Vec<(String, String)> = of_compose();
    assert!(set.len() > 6, "{set:?}");
    for env in of_recipe("ENV") {
        let (name, value) = env.split_once('=').unwrap();
        set.push((name.to_owned(), own_port(value)));
    }

    // The database of the compose file, with its roles.
    let (cluster, stub, dir) = (
        Cluster::empty(),
        SmtpStub::start(),
        tempfile::tempdir().unwrap(),
    );
    for name in ["owner-password", "program-password"] {
        fs::write(dir.path().join(name), "geheim").unwrap();
    }
    let psql = avv_portal::storage::embedded::newest_programs().unwrap();
    done(
        Command::new("sh")
            .arg(format!("{ROOT}/docs/container/roles.sh"))
            .env("PATH", format!("{}:/usr/bin:/bin", psql.display()))
            .env("SECRETS", dir.path())
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", cluster.port.to_string()),
    );
    let (key, certificate) = own_seal();
    let secrets = root.path("/run/secrets");
    fs::create_dir(&secrets).unwrap();
    write_secrets(
        &secrets,
        10_001,
        &[
            ("secret-key", SECRET),
            ("database-url", &cluster.url("avv_program")),
            ("owner-url", &cluster.url("avv_owner")),
            ("smtp-url", &stub.url()),
            ("seal-key.pem", &key),
            ("seal-cert.pem", &certificate),
        ],
    );

    let person = of_recipe("USER").remove(0);
    assert_eq!(person, "10001:10001");
    let places = [of_recipe("VOLUME").remove(0), "/tmp".to_owned()];
    let run = |words: &[String]| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        let mut command = root.service(&person, &places, &words);
        command.envs(set.clone());
        command
    };
    let entry = list(&of_recipe("ENTRYPOINT")[0]);
    let portal = |word: &str| run(&[entry.clone(), vec![word.to_owned()]].concat());
    let health = list(&own_port(&of_recipe("HEALTHCHECK")[0]));
    done(portal("migrate").env("DATABASE_OWNER_URL_FILE", "/run/secrets/owner-url"));
    assert!(!run(&health).output().unwrap().status.success());
    let word = list(&of_recipe("CMD")[0]).remove(0);
    let serving = Running(portal(&word).spawn().unwrap());
    let since = Instant::now();
    while !run(&health).output().unwrap().status.success() {
        assert!(since.elapsed() < PATIENCE, "it is not healthy");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(ask(port, "/healthz").ends_with("200 OK"));
    serving.stop();
}
