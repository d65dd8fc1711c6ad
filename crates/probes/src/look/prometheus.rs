//! `prometheus`: a query's value. Prometheus is what this probe looks through and not what it looks at: when it does not
//! answer, or refuses the query, nothing was seen of the target.

use super::attempt::Looking;
use super::{Trouble, Trust, http};
use crate::judge::Seen;
use crate::probe::WebAsk;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How many series are looked at.
const SERIES_MAX: usize = 1_000;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    error: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: serde_json::Value,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

pub(super) async fn look(
    ask: &WebAsk,
    query: &str,
    trust: &Trust,
    looking: &mut Looking,
) -> Result<Seen, Trouble> {
    let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let target = format!("{}/api/v1/query?query={encoded}", ask.target.trim_end_matches('/'));
    let ask = WebAsk { target, ..ask.clone() };
    let seen = http::look(&ask, trust, looking).await.map_err(Trouble::into_own)?;
    let values = values(&seen).map_err(|why| Trouble::Own(format!("Prometheus: {why}")))?;
    Ok(Seen { values, expires_at: seen.expires_at, ..Seen::default() })
}

fn values(seen: &Seen) -> Result<Vec<(String, f64)>, String> {
    let status = seen.status.unwrap_or_default();
    if seen.body_cut {
        return Err(format!(
            "its answer is longer than {} bytes; ask for fewer series",
            http::BODY_BYTES_MAX
        ));
    }
    let answer: Answer = serde_json::from_str(&seen.body)
        .map_err(|error| format!("status {status}, and no answer to a query: {error}"))?;
    let Some(Data { result_type, result }) = answer.data else {
        return Err(format!("status {status}: {}", answer.error));
    };
    match result_type.as_str() {
        "scalar" => {
            let (_, value): (f64, String) = shape(result)?;
            Ok(vec![(String::new(), read(&value)?)])
        }
        "vector" => {
            let series: Vec<Series> = shape(result)?;
            if series.len() > SERIES_MAX {
                return Err(format!("{} series; at most {SERIES_MAX} are looked at", series.len()));
            }
            series.iter().map(|series| Ok((labels(&series.metric), read(&series.value.1)?))).collect()
        }
        other => Err(format!("the query gives a {other}, and neither a number nor a vector")),
    }
}

fn shape<T: serde::de::DeserializeOwned>(result: serde_json::Value) -> Result<T, String> {
    serde_json::from_value(result).map_err(|error| format!("its answer is not shaped as one: {error}"))
}

fn read(value: &str) -> Result<f64, String> {
    // `NaN`, `+Inf` and `-Inf` are numbers of Prometheus as well, and Rust reads them.
    value.parse().map_err(|_| format!("{value:?} is no number"))
}

fn labels(metric: &BTreeMap<String, String>) -> String {
    let label = |(name, value): (&String, &String)| format!("{name}={value:?}");
    match metric.iter().map(label).collect::<Vec<_>>().join(",") {
        none if none.is_empty() => none,
        labels => format!("{{{labels}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Result<Vec<(String, f64)>, String> {
        values(&Seen { status: Some(status), body: body.to_owned(), ..Seen::default() })
    }

    #[test]
    fn numbers_and_vectors_are_values() {
        let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"0.97"]}}"#;
        assert_eq!(of(200, scalar), Ok(vec![(String::new(), 0.97)]));
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"zone":"a"},"value":[1,"+Inf"]},{"metric":{},"value":[1,"2"]}]}}"#;
        assert_eq!(
            of(200, vector),
            Ok(vec![("{zone=\"a\"}".to_owned(), f64::INFINITY), (String::new(), 2.0)])
        );
        assert_eq!(of(200, r#"{"data":{"resultType":"vector","result":[]}}"#), Ok(vec![]));
    }

    #[test]
    fn what_is_no_answer_says_why() {
        let refused = of(400, r#"{"status":"error","errorType":"bad_data","error":"parse error at char 3"}"#);
        assert_eq!(refused, Err("status 400: parse error at char 3".to_owned()));
        assert!(of(502, "<html>").unwrap_err().contains("status 502"));
        let matrix = of(200, r#"{"data":{"resultType":"matrix","result":[]}}"#);
        assert!(matrix.unwrap_err().contains("neither"));
    }
}
