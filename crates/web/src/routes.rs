//! Every route there is, each with the door that it stands behind. A test walks this list and knocks.

use crate::app::App;
use axum::Router;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};

/// What a caller must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Nothing: sign-in, health, assets, the public page.
    Open,
    /// The secret in the link itself: pages, set-up, invitations.
    Link,
    /// A source's key.
    Source,
    /// A session.
    Session,
    /// The token of the agent that the address names.
    Agent,
    /// A token with the scope read, or a session.
    Read,
    /// A token with the scope respond, or a session with its proof.
    Respond,
}

/// What stands on a door: for documents, and for the test that knocks at each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// By which method.
    pub method: String,
    /// Where, with its parameters in braces.
    pub path: &'static str,
    /// What a caller must bring.
    pub door: Door,
}

/// Every route of the console's listener.
#[must_use]
pub fn signs() -> Vec<Sign> {
    let routes = console_routes();
    let sign = |route: Route| Sign { method: route.method.to_string(), path: route.path, door: route.door };
    routes.into_iter().map(sign).collect()
}

/// One route.
pub(crate) struct Route {
    /// By which method.
    pub(crate) method: Method,
    /// Where, in axum's notation.
    pub(crate) path: &'static str,
    /// Behind which door.
    pub(crate) door: Door,
    /// What answers.
    pub(crate) to: MethodRouter<App>,
}

impl Route {
    /// A route that shows something.
    pub(crate) fn get<H, T>(door: Door, path: &'static str, handler: H) -> Self
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::GET, path, door, to: axum::routing::get(handler) }
    }

    /// A route that does something.
    pub(crate) fn post<H, T>(door: Door, path: &'static str, handler: H) -> Self
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::POST, path, door, to: axum::routing::post(handler) }
    }

    /// A route that replaces something.
    pub(crate) fn put<H, T>(door: Door, path: &'static str, handler: H) -> Self
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::PUT, path, door, to: axum::routing::on(MethodFilter::PUT, handler) }
    }

    /// A route that takes a sign by any method that its callers use.
    pub(crate) fn sign<H, T>(door: Door, path: &'static str, handler: H) -> Self
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        // GET stands for HEAD as well.
        let methods = MethodFilter::GET.or(MethodFilter::POST).or(MethodFilter::PUT);
        Self { method: Method::POST, path, door, to: axum::routing::on(methods, handler) }
    }

    /// A route that takes something away.
    pub(crate) fn delete<H, T>(door: Door, path: &'static str, handler: H) -> Self
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::DELETE, path, door, to: axum::routing::delete(handler) }
    }
}

/// The console's listener: everything but the public page.
pub(crate) fn console_routes() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(auth_routes());
    routes.extend(ack_routes());
    routes.extend(intake_routes());
    routes.extend(api_routes());
    routes.extend(crate::calendar::routes());
    routes.extend(crate::exposition::routes());
    routes.extend(page_routes());
    routes.extend(action_routes());
    routes
}

/// The public page's own listener.
pub(crate) fn status_routes() -> Vec<Route> {
    crate::public::routes()
}

fn auth_routes() -> Vec<Route> {
    let mut routes = crate::auth::sign_in_routes();
    routes.extend(crate::auth::join_routes());
    routes
}

fn ack_routes() -> Vec<Route> {
    crate::ack::routes()
}

fn intake_routes() -> Vec<Route> {
    crate::intake::routes()
}

fn api_routes() -> Vec<Route> {
    crate::api::routes()
}

fn page_routes() -> Vec<Route> {
    crate::pages::routes()
}

fn action_routes() -> Vec<Route> {
    crate::actions::routes()
}

/// A router of these routes.
pub(crate) fn router(routes: Vec<Route>) -> Router<App> {
    routes.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.to))
}
