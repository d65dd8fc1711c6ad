//! A look at the tables and the call of a function by hand, for `npx convex data` and `npx convex run`. Tokens are not
//! shown.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::rows::Rows;
use super::turn::{Backend, Failure, Turn};
use super::{auth, github};
use crate::RangeError;
use crate::admin::refuse;

/// The tables that are shown.
const TABLES: [&str; 4] = ["grants", "sessions", "tokens", "users"];
/// What can be called by hand.
pub(crate) const CALLABLE: [&str; 2] = ["github:signOutExpired", "auth:signOutUser"];

/// A function to call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunOrder {
    pub(crate) function: String,
    pub(crate) args: Map<String, Value>,
}

pub(super) async fn tables() -> Json<[&'static str; 4]> {
    Json(TABLES)
}

pub(super) async fn table(State(backend): State<Arc<Backend>>, Path(table): Path<String>) -> Response {
    match documents(&backend.store.rows(), &table) {
        Some(documents) => Json(documents).into_response(),
        None => refuse(&RangeError::Refused(format!("Table \"{table}\" not found"))),
    }
}

/// The rows of a table, the newest last.
fn documents(rows: &Rows, table: &str) -> Option<Vec<Value>> {
    let mut all: Vec<Value> = match table {
        "users" => rows.users.values().map(|user| json!(user)).collect(),
        "sessions" => rows.sessions.values().map(|session| json!(session)).collect(),
        "tokens" => rows.tokens.values().map(|token| json!(token)).collect(),
        "grants" => {
            let shown = |(user, grant): (&String, &super::rows::Grant)| json!({ "user": user, "expires_ms": grant.expires_ms });
            rows.grants.iter().map(shown).collect()
        }
        _ => return None,
    };
    all.sort_by_key(|row| row["created_ms"].as_i64().or_else(|| row["expires_ms"].as_i64()));
    Some(all)
}

pub(super) async fn run(State(backend): State<Arc<Backend>>, Json(order): Json<RunOrder>) -> Response {
    let RunOrder { function, args } = order;
    let (turn, result) = match function.as_str() {
        "github:signOutExpired" => {
            let mut turn = Turn::begin(&backend, github::SIGN_OUT_EXPIRED);
            let result = github::sign_out_expired(&mut turn).await;
            (turn, result)
        }
        "auth:signOutUser" => {
            let mut turn = Turn::begin(&backend, auth::SIGN_OUT_USER);
            let result = match args.get("user").and_then(Value::as_str) {
                Some(user) => auth::sign_out_user(&mut turn, user),
                None => Err(Failure::raised(
                    "ArgumentValidationError: Object is missing the required field `user`",
                )),
            };
            (turn, result)
        }
        other => {
            let why = format!("Could not find public function for '{other}'");
            return refuse(&RangeError::Refused(why));
        }
    };
    let why = result.as_ref().err().map(|failure| failure.why().to_owned());
    let response = turn.end(result);
    match why {
        None => response,
        Some(why) => (StatusCode::CONFLICT, why).into_response(),
    }
}
