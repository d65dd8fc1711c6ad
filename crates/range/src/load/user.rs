//! One synthetic user: signs in, visits again and again, signs in anew when the token is refused.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::measure::Measure;
use super::request::{self, Outcome};
use crate::call::Caller;
use crate::clock;
use crate::service::Post;

/// Visits between two sign-ins of one user.
const VISITS: u32 = 4;

/// Somebody who uses the product.
#[derive(Debug)]
pub(super) struct User {
    pub(super) login: String,
    pub(super) caller: Caller,
    measure: Measure,
    paces: Arc<Semaphore>,
    pub(super) token: Option<String>,
    /// Visits since the last sign-in that ended well.
    visits: u32,
}

impl User {
    pub(super) fn new(post: &Post, number: usize, measure: Measure, paces: Arc<Semaphore>) -> Self {
        let login = format!("practice-user-{number}");
        Self { login, caller: Caller::new(&post.dir), measure, paces, token: None, visits: 0 }
    }

    /// Lives until the range ends.
    pub(super) async fn live(mut self) {
        loop {
            // Failures are measured where they are met; the next visit begins anew.
            if self.visit().await.is_ok() {
                self.visits += 1;
            }
            if self.visits >= VISITS {
                self.sign_out().await;
            }
        }
    }

    /// Gives the token back, so that the next visit begins at the provider.
    async fn sign_out(&mut self) {
        let Some(token) = self.token.take() else { return };
        let caller = self.caller.clone();
        // Measured; a token that was not given back runs out.
        let _ = self.act("sign-out", async { request::sign_out(&caller, &token).await }).await;
    }

    /// Waits for a turn and does one thing, which is measured.
    pub(super) async fn act<T>(
        &mut self,
        kind: &'static str,
        does: impl Future<Output = Outcome<T>>,
    ) -> Outcome<T> {
        self.turn().await;
        let began = clock::instant();
        let result = does.await;
        self.note(kind, began.elapsed(), result.as_ref().err().map(String::as_str));
        result
    }

    /// Notes what was met without a turn of its own.
    pub(super) fn note(&self, kind: &'static str, took: Duration, failure: Option<&str>) {
        self.measure.note(kind, took, failure);
    }

    /// One request to the edge, in a turn of its own.
    pub(super) async fn ask(
        &mut self,
        kind: &'static str,
        (method, path): (Method, &str),
        body: Value,
    ) -> Outcome<Value> {
        let (caller, token) = (self.caller.clone(), self.token.clone());
        let asked = async { request::edge(&caller, (method, path), token.as_deref(), &body).await };
        let result = self.act(kind, asked).await;
        if result.as_ref().is_err_and(|why| why == "status 401") {
            self.token = None;
        }
        result
    }

    /// The token, after a sign-in when there is none.
    pub(super) async fn signed_in(&mut self) -> Outcome<String> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let (caller, login) = (self.caller.clone(), self.login.clone());
        let token = self.act("sign-in", async { request::sign_in(&caller, &login).await }).await?;
        (self.token, self.visits) = (Some(token.clone()), 0);
        Ok(token)
    }

    /// Waits until it is this user's turn.
    async fn turn(&self) {
        // The semaphore is never closed.
        if let Ok(pace) = self.paces.acquire().await {
            pace.forget();
        }
    }

    /// A look at the API's health, as an uptime check has it.
    pub(super) async fn look_at_health(&mut self) {
        // Measured; a user goes on whatever it says.
        let _ = self.ask("health", (Method::GET, "/health"), json!(null)).await;
    }
}
