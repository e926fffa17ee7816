//! The API held against its own description by an independent program: schemathesis invents requests,
//! good and bad ones, from `docs/openapi.json`. `./dev` keeps it in `target/api-checker`.

use std::path::Path;
use std::process::Command;

use avv_portal::actions::clients;
use avv_portal::domain::client::ClientScope;
use avv_portal::storage::clients::NewClient;
use avv_portal::web::api::description;

use crate::harness::TestApp;

/// What it looks at. Left out is only that a request the schema allows may still be refused: a body of the
/// right form can name a partner that is not there. Where the description cannot say so, 412 comes before
/// what is wrong with a body.
const SETTINGS: &str = r#"
[checks]
positive_data_acceptance.enabled = false
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 428]
"#;

#[actix_web::test]
async fn s50_the_api_answers_whatever_is_sent_as_its_description_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = root.join("target/api-checker/bin/st");
    assert!(
        program.exists(),
        "schemathesis is missing: ./dev setup fetches it"
    );
    let app = TestApp::start().await;
    let (now, new) = (
        app.now(),
        NewClient {
            name: "checker".to_owned(),
            scopes: ClientScope::ALL.to_vec(),
            networks: Vec::new(),
            per_minute: 1_000_000,
            expires_at: None,
        },
    );
    let (_, token) = app.write(|conn| clients::add_by_command(conn, &new, now));
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("schemathesis.toml"), SETTINGS).unwrap();
    let mut command = Command::new(program);
    command
        .current_dir(place.path())
        .arg("run")
        .arg(root.join("docs/openapi.json"))
        .args(["--url", &app.url])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", token.expose()),
        ])
        // The same requests in every run.
        .args([
            "--phases",
            "coverage,fuzzing",
            "--seed",
            "12",
            "--max-examples",
            "10",
        ])
        .args(["--continue-on-failure", "--no-color"]);
    let output = actix_web::web::block(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let paths = description()["paths"].clone();
    let paths = paths.as_object().unwrap().values();
    let operations: usize = paths.map(|of| of.as_object().unwrap().len()).sum();
    assert!(said.contains(&format!("Tested: {operations}")), "{said}");
}
