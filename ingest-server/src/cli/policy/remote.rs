//! `palet policy show|stage|withdraw|promote|rollback`: a running server's policies over its REST interface, with a
//! tenant's key, so that what may be done and what is traced is the same for everybody.

use actix_web::http::Method;
use clap::Args;
use serde_json::{Value, json};
use std::io::Write;

use super::super::{Done, Failure, block_on};
use crate::rest_client::RestClient;

#[derive(Args)]
pub(in crate::cli) struct Server {
    /// The server's root.
    #[arg(long, default_value = "http://127.0.0.1:8420")]
    url: String,
    /// A key of the tenant with the scope `policies` or `promote`.
    #[arg(long, env = "PALET_TENANT_KEY", hide_env_values = true)]
    key: String,
    /// Prints the server's answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(in crate::cli) struct Who {
    /// Who does it, by the bank's name for them.
    #[arg(long)]
    person: String,
    #[command(flatten)]
    server: Server,
}

impl Server {
    fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let client = RestClient::new(&self.url, self.key.clone().into());
        let (status, answer) = block_on(client.call(method, path, body)).map_err(Failure::failed)?;
        if status.is_success() {
            return Ok(answer);
        }
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let report = if text("report").is_empty() { text("detail") } else { text("report") };
        Err(Failure::Failed(format!("{}: {report}", text("code"))))
    }
}

fn line(policy: &Value) -> String {
    let text = |name: &str| policy[name].as_str().unwrap_or_default();
    format!("{}  {}", text("version"), text("title"))
}

pub(super) fn show(server: &Server, out: &mut impl Write) -> Done {
    let answer = server.ask(Method::GET, "/api/v1/policies", None)?;
    if server.json {
        writeln!(out, "{answer}")?;
        return Ok(());
    }
    let follows = if answer["follows_deployment"] == true { "  (the deployment's)" } else { "" };
    writeln!(out, "answers   {}{follows}", line(&answer["active"]))?;
    match &answer["staged"] {
        Value::Null => writeln!(out, "waits     nothing")?,
        staged => {
            let author = staged["author"].as_str().unwrap_or_default();
            writeln!(out, "waits     {}  by {author}", line(staged))?;
            let (asked, differed) = (&staged["asked"], &staged["differed"]);
            writeln!(out, "          {differed} of {asked} decisions would have been others on this node")?;
        }
    }
    for version in answer["previous"].as_array().into_iter().flatten() {
        writeln!(out, "before    {}", version.as_str().unwrap_or_default())?;
    }
    Ok(())
}

pub(super) fn stage(text: &str, who: &Who, out: &mut impl Write) -> Done {
    let body = json!({"person": who.person, "text": text});
    let answer = who.server.ask(Method::POST, "/api/v1/policies/staged", Some(&body))?;
    if who.server.json {
        writeln!(out, "{answer}")?;
        return Ok(());
    }
    let changes = answer["changes"].as_array().map_or(0, Vec::len);
    writeln!(out, "waits     {}", line(&answer))?;
    writeln!(
        out,
        "          {changes} kinds of question are answered differently; palet policy diff tells them"
    )?;
    Ok(())
}

pub(super) fn step(what: &str, version: &str, who: &Who, out: &mut impl Write) -> Done {
    let body = json!({"person": who.person, "version": version});
    let answer = who.server.ask(Method::POST, &format!("/api/v1/policies/{what}"), Some(&body))?;
    match who.server.json {
        true => writeln!(out, "{answer}")?,
        false => writeln!(out, "answers   {}", answer["active"].as_str().unwrap_or_default())?,
    }
    Ok(())
}
