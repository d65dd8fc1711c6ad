//! A panic in a handler is a fault of ours: counted, logged, and told as a 500 without details.

use crate::error::{PageProblem, Problem};
use axum::response::{IntoResponse, Response};
use core::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

/// Answers in place of a handler that panicked.
#[derive(Clone)]
pub(crate) struct Answer {
    count: Arc<AtomicU64>,
}

pub(crate) fn layer(count: &Arc<AtomicU64>) -> CatchPanicLayer<Answer> {
    CatchPanicLayer::custom(Answer { count: Arc::clone(count) })
}

impl ResponseForPanic for Answer {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, cause: Box<dyn Any + Send + 'static>) -> Response {
        self.count.fetch_add(1, Ordering::Relaxed);
        let text = cause.downcast_ref::<String>().map(String::as_str);
        let words = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no words");
        PageProblem(Problem::bug(&format_args!("panic: {words}"))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_panic_is_counted_and_its_words_stay_inside() {
        async fn broken() -> &'static str {
            panic!("the secret is 42");
        }
        let count = Arc::new(AtomicU64::new(0));
        let router: Router = Router::new().route("/", get(broken)).layer(layer(&count));
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }
}
