//! Shapes that secrets have. A shape masks too much rather than too little; each says what it is for.

use regex::{Regex, RegexSet};
use std::ops::Range;

/// Shapes; the groups `a`, `b` and `c` are the secret, or the whole match if there is none of them. So is `d`, unless it is a
/// word that tells of a secret, and what follows the two letters of an option in `e`.
const SHAPES: &[&str] = &[
    // Header lines that carry credentials, as curl and HTTP logs print them.
    r#"(?i)\b(?:proxy-)?authorization\\*["']?[ \t]*[:=][ \t]*\\*["']?(?<a>[^\r\n"'\\]+)"#,
    r#"(?i)\b(?:set-cookie|cookie|x-api-key|x-auth-token)\\*["']?[ \t]*:[ \t]*\\*["']?(?<a>[^\r\n"'\\]+)"#,
    // Assignments in any of the usual notations: shell, JSON, JSON inside JSON, YAML, URL queries.
    concat!(
        r"(?i)(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key",
        r"|secret[_-]?key(?:[_-]?base)?|account[_-]?key|;[ \t]*pwd)",
        r#"\\*["']?[ \t]*(?::|=>?)[ \t]*(?:"(?<a>(?:[^"\\\r\n]|\\.)+)"|'(?<b>[^'\r\n]+)'|\\*["']?(?<c>[^\s"'&\\]+))"#
    ),
    // A row of a table of two columns whose first names a secret and whose second is one word, as `vault kv get` prints it.
    concat!(
        r"(?im)^[ \t]*[\w.-]*(?:password|passwd|passphrase|(?-i:secret)|[_-]secret|token|api[_-]?key|access[_-]?key",
        r"|private[_-]?key|secret[_-]?key|secret[_-]?id)(?:[ ]{2,}|[ ]*\t[ \t]*)(?<d>[^\s]{6,})[ \t]*\r?$"
    ),
    // Options of a command line that take their value as the next word.
    r#"(?i)--[a-z-]*(?:password|passwd|secret|token|api-?key)[ \t]+["']?(?<a>[^\s"'-][^\s"']*)"#,
    // Passwords glued to a short option, or behind one, of tools that are known to take them so.
    concat!(
        r"(?:mysql|mariadb|mysqldump|mariadb-dump|mysqladmin|mariadb-admin|mysqlsh|sshpass)\b[^\r\n|;&]*?[ \t]",
        r#"(?:-p'(?<a>[^'\r\n]+)'|-p"(?<b>[^"\r\n]+)"|(?<e>-p[^\s"'=-][^\s"']*))"#
    ),
    concat!(
        r"(?:sshpass|(?:docker|podman|helm|oc|az|skopeo|crane)(?:[ \t]+[a-z]+)*[ \t]+login)\b[^\r\n|;&]*?[ \t]-p[ \t]+",
        r#"["']?(?<a>[^\s"'-][^\s"']*)"#
    ),
    r#"\bredis-cli\b[^\r\n|;&]*?[ \t]-a[ \t]+["']?(?<a>[^\s"'-][^\s"']*)"#,
    // The user's password of a request, as curl takes it.
    concat!(
        r#"\bcurl\b(?:[^\r\n|;]|\\\r?\n)*?[ \t](?:-[A-Za-z]*[uU][ \t]*|--(?:proxy-)?user[ \t=]+)["']?[^\s"':/$]+:"#,
        r#"(?<a>[^\s"']+)"#
    ),
    // Signatures that open an address to whoever has it: of Azure, of Amazon and Google, of others. A word such as
    // `sig=SIGTERM` is none.
    r#"(?i)(?:[?&]|\bamp;|\\u0026)(?:sig|signature)=(?<a>[^\s"'&<>\\]{6,})"#,
    r#"(?i)\b(?:sig|(?:x-(?:amz|goog)-)?signature)=(?<a>[A-Za-z0-9%+/_=~-]{16,})"#,
    // The user's part of a URL.
    r#"(?i)\b[a-z][a-z0-9+.-]*://[^\s/?#:"'@]*:(?<a>[^\s/?#"']+)@"#,
    // Bearer tokens in prose; words are told apart in `is_secret`.
    r"(?i)\bbearer[ \t]+(?<c>[A-Za-z0-9._~+/=-]{8,})",
    // Amazon, GitHub, GitLab, Slack, Google, npm, Stripe and other `sk-` keys, Standard Webhooks.
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b",
    r"\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bglpat-[A-Za-z0-9_-]{20,}",
    r"\bxox[a-z]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}|(?i)hooks\.slack\.com/(?:services|workflows)/(?<a>[^\s]+)",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bnpm_[A-Za-z0-9]{36}",
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bsk-[A-Za-z0-9_-]{20,}|\bwhsec_[A-Za-z0-9+/=]{20,}",
    // JSON Web Tokens, signed or not.
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*",
    // Private keys in base64, by the three forms that the words have in it; lines of it that follow are taken along, and
    // what stands before the words is the frame alone.
    concat!(
        r"[A-Za-z0-9+/]*(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[A-Za-z0-9+/]*={0,2}",
        r"(?:(?:\r?\n[ \t]*|\\n)[A-Za-z0-9+/]{40,}={0,2})*"
    ),
    // Private keys; one without an end is masked to the end of the text.
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
];

/// The end of a private key whose beginning is missing.
const TORN_KEY: &str = r"\A[A-Za-z0-9+/=\s\\]*-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----";

/// What a table says of a secret instead of showing it.
const OF_SECRETS: &str = "active changed configured created default deleted disabled enabled encrypted expired hidden \
    inactive invalid missing mounted optional present redacted required revoked rotated sensitive string unchanged unknown \
    unset updated <unset> <none> <sensitive>";
/// What may be glued to `-p` where the word is another program's: `find -print`.
const OTHERS_OPTIONS: &str = "-path -perm -print -print0 -printf -progress -prune -protocol -port";
/// Values that stand where a secret could and are none.
const NOT_SECRET: [&str; 8] = ["true", "false", "null", "none", "nil", "undefined", "[masked]", "***"];

/// The compiled shapes.
pub(super) struct Patterns {
    /// Which shapes are worth a search: most outputs hold none.
    any: RegexSet,
    shapes: Vec<Regex>,
    torn_key: Regex,
}

impl Patterns {
    /// Compiles the shapes.
    pub(super) fn new() -> Self {
        let compile = |shape: &str| Regex::new(shape).expect("a test compiles every shape");
        Self {
            any: RegexSet::new(SHAPES).expect("a test compiles every shape"),
            shapes: SHAPES.iter().map(|shape| compile(shape)).collect(),
            torn_key: compile(TORN_KEY),
        }
    }

    /// Adds where secrets are.
    pub(super) fn find(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        for shape in self.any.matches(text).iter().map(|index| &self.shapes[index]) {
            for found in shape.captures_iter(text) {
                let group = ["a", "b", "c"].iter().find_map(|name| found.name(name)).map(|part| part.range());
                let in_table = || found.name("d").map(|word| word.range());
                let in_option = || found.name("e").map(|word| word.start() + "-p".len()..word.end());
                let part = group.or_else(in_table).or_else(in_option);
                let told = found.name("d").is_some_and(|word| tells_of_a_secret(word.as_str()))
                    || found.name("e").is_some_and(|word| is_others_option(word.as_str()));
                let whole = found.get(0).map(|whole| whole.range());
                let secret = part.or(whole).filter(|part| !told && is_secret(&found[0], &text[part.clone()]));
                spans.extend(secret);
            }
        }
    }

    /// Where a private key ends whose beginning is missing.
    pub(super) fn end_of_torn_key(&self, text: &str) -> Option<usize> {
        self.torn_key.find(text).map(|found| found.end())
    }
}

/// Whether a word of a table says how a secret is, or how many there are, and not what it is.
fn tells_of_a_secret(word: &str) -> bool {
    let known = OF_SECRETS.split(' ').any(|known| word.eq_ignore_ascii_case(known));
    let masked = word.chars().all(|c| "*•-.xX".contains(c));
    known || masked || word.starts_with("secret/") || word.starts_with("kubernetes.io/")
}

/// Whether `-p` and what is glued to it are for another program than one that takes a password: a port, or a word of it.
fn is_others_option(word: &str) -> bool {
    let ports =
        |rest: &str| rest.contains(':') && rest.bytes().all(|b| b.is_ascii_digit() || b".:".contains(&b));
    OTHERS_OPTIONS.split(' ').any(|known| known == word) || word.strip_prefix("-p").is_some_and(ports)
}

fn is_secret(whole: &str, value: &str) -> bool {
    let bare = value.trim_matches([',', ';', ')', '}', ']', '.']);
    let is_word = bare.chars().all(|c| c.is_ascii_alphabetic());
    // "Bearer authentication" is prose; "Bearer abcdefgh1" is not.
    let is_prose =
        is_word && value.len() < 20 && whole.get(..6).is_some_and(|s| s.eq_ignore_ascii_case("bearer"));
    !is_prose && !NOT_SECRET.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use crate::mask::Masker;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    fn in_base64(text: &str) -> String {
        BASE64_STANDARD.encode(text)
    }

    /// A key whose base64 has a last line that is long enough to be seen as one.
    fn rsa() -> String {
        let body = "MIIEowIBAAKCAQEA".repeat(13);
        ["-----BEGIN RSA ", "PRIVATE KEY-----\n", &body, "\n-----END RSA ", "PRIVATE KEY-----\n"].concat()
    }

    /// A secret in each line, put together here so that no scanner takes this file for a leak.
    fn cases() -> Vec<(String, String)> {
        let same = |text: &str, secret: &str| {
            (text.replace('@', secret).replace('¤', "@"), text.replace('@', "[masked]").replace('¤', "@"))
        };
        let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r"]
            .join(".");
        vec![
            same("Authorization: @", "Bearer abc.def-123"),
            same("> authorization: @\r\n< next: 1", "Basic dXNlcjpwYXNz"),
            same(r#"{"Authorization":"@","x":1}"#, "token abc"),
            same("with bearer @ in it", "abcdefgh12345678"),
            same("password=@", "hunter2"),
            same("DB_PASSWORD='@' x", "hunter 2"),
            same(r#""api_key": "@", "n": 1"#, r#"ab\"cd"#),
            same(r#"{\"token\":\"@\"}"#, "abcd"),
            same("secret: @\nnext: 1", "abcd"),
            same("https://x.test/?access_token=@&y=2", "abcd"),
            same("Server=db.test;Uid=app;Pwd=@", "hunter2"),
            same("AWS_SECRET_ACCESS_KEY=@", "wJalrXUtnFEMI/K7MDENG"),
            same("SECRET_KEY_BASE=@", "0123456789"),
            same("tool --password @ --verbose", "hunter2"),
            same("postgres://app:@¤db.test/x", "s3:cr@et"),
            same("redis://:@¤cache.test", "s3cret"),
            same("id @ end", &format!("AKIA{}", "IOSFODNN7EXAMPLE")),
            same("id @ end", &format!("ghp_{}", "a".repeat(36))),
            same("id @ end", &format!("gho_{}", "b".repeat(36))),
            same("id @ end", &format!("ghs_{}", "c".repeat(36))),
            same("id @ end", &format!("github_pat_{}", "d".repeat(40))),
            same("id @ end", &format!("xoxb-{}", "123456789012-abcdef")),
            same("https://hooks.slack.com/services/@", "T000/B000/XXXX"),
            same("id @ end", &format!("sk-{}", "e".repeat(40))),
            same("jwt @ end", &jwt),
            same(
                "a\n@\nb",
                &["-----BEGIN RSA ", "PRIVATE KEY-----\nMIIabc\n-----END RSA ", "PRIVATE KEY-----"].concat(),
            ),
            same("Set-Cookie: @\nx", "sid=abc; HttpOnly"),
            same("Key         Value\n---         -----\npassword    @\nuser        app", "hunter2hunter2"),
            same("  db_password\t@\r\nx", "hunter2"),
            same("token                @\ntoken_accessor       x0", "hvs.CAESIJ12"),
            same("client_secret    @", "correcthorse"),
            same("mysql -u root -p@ shop", "S3cr3tPw"),
            same("1 ? Ss 0:00 /usr/bin/mysqldump -h db -p@ --all-databases", "S3cr3tPw"),
            same("sshpass -p @ ssh web-1", "S3cr3tPw"),
            same("docker login registry.test -u ci -p @", "S3cr3tPw"),
            same("redis-cli -h cache -a @ ping", "S3cr3tPw"),
            same("curl -u admin:@ https://api.test/x", "S3cr3tPw"),
            same("+ curl -sS --user 'admin:@' https://api.test/x", "S3cr3tPw"),
            same("curl -fsSu admin:@ \\\n  https://api.test/x", "S3:cr3tPw"),
            same("https://x.blob.core.windows.net/a?sv=2024-11-04&sig=@&se=2026", "aBcD%2Fe%2Bf1%3D"),
            same("https://b.s3.test/k?X-Amz-Date=1&X-Amz-Signature=@", &"0f".repeat(32)),
            same("https://b.test/k?X-Goog-Signature=@&x=1", &"0f".repeat(32)),
            same("tls.key: @\ntype: Opaque", &in_base64("-----BEGIN PRIVATE KEY-----\nMIIabc\n")),
            same(
                "key: |\n  @\nnext",
                &in_base64(&rsa())
                    .as_bytes()
                    .chunks(76)
                    .map(String::from_utf8_lossy)
                    .collect::<Vec<_>>()
                    .join("\n  "),
            ),
            same("a @ b", &in_base64(&format!("{{\"k\":\"{}\"}}", rsa()))),
        ]
    }

    #[test]
    fn every_shape_is_masked_and_nothing_round_it() {
        let masker = Masker::new(&[]);
        for (text, expected) in cases() {
            assert_eq!(masker.mask(&text), (expected, 1), "{text}");
        }
    }

    #[test]
    fn what_a_responder_needs_is_left() {
        let masker = Masker::new(&[]);
        for text in [
            "max_tokens: 4096, tokens=17",
            "PWD=/srv/app",
            "Bearer authentication is required",
            "token: null, password=false",
            "GET /sessions/42?limit=10 200 12ms",
            "https://api.test/health?x=1",
            "see git@github.com:team/app and ssh://host:22/x",
            "the secret of success: tests",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----",
            "NAME          TYPE     DATA   AGE\ndb-password   Opaque   1      3d",
            "token                true\ntoken_duration       768h\ntoken_policies       [\"default\"]",
            "password    required\napi_key     <unset>\nsecret      12\ntoken       ********",
            "Secret      web-tls\nsecrets     kubernetes.io/tls",
            "client_secret     not set",
            "mysql -u root -p shop\nmysql --protocol=tcp -P 3306 -h db",
            "find /var/lib/mysql -print\nmysql-prod-0   1/1   Running\ndocker run --name mysql -p3306:3306 mysql:8",
            "docker run -p 8080:80 -u 1000:1000 web\nssh -p 2222 web-1\nmkdir -pv /srv/x",
            "curl -u $USER:$PASS https://api.test\ncurl -I https://api.test:8443/health",
            "kill sig=SIGTERM, sig=15\nsignature=valid ?sig=1",
            "ca.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSWFiYw==",
            "deploy-1234 Ready 2026-01-02T03:04:05Z author:someone@example.test",
        ] {
            assert_eq!(masker.mask(text), (text.to_owned(), 0));
        }
    }
}
