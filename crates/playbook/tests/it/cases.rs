//! Files of several small documents, each with what is expected of it in comments, which are taken out before it is
//! compiled:
//!
//! - `<!-- document: name -->` begins a document, `<!-- file: path -->` a file of a document of several;
//! - `<!-- W028: words -->`: the file's code is found on the first line with these words, `words@2`: on the second;
//! - `<!-- expect: runbooks=1 !W013 -->`: counts and codes, as in [`crate::suite`];
//! - `<!-- saved as: utf-16le -->`: how the bytes are written; `<!-- today: 2026-01-31 -->`: the day of reading;
//! - `<!-- repeat: 1001 -->`: the next line so many times, `{n}` being the number;
//! - `<!-- model`, lines as in [`crate::view`], `-->`: what the file's rule takes;
//! - `<!-- help: tool --help = file of tests/help -->`: what a tool prints, `\n` for a new line where it is no file; with
//!   one of them, the tools are asked, and the others are not installed;
//! - `<!-- kept`, lines, `-->`: the file of answers beside the first document;
//! - `<!-- answer: words = answer -->`: the open question with these words is answered, one after the other.

use encoding_rs::WINDOWS_1252;
use playbook::answers::{Answers, Entry, with_entry};
use playbook::oracle::{self, Oracle, Said};
use playbook::{Answered, Diagnostic, Playbook, Source, compile_documents_with};
use std::fs;
use std::path::{Path, PathBuf};

/// A document of the suite, or several that make one playbook.
#[derive(Clone)]
pub(crate) struct Case {
    /// What it shows, with the file it stands in.
    pub(crate) name: String,
    /// Path and text of each file.
    files: Vec<(String, String)>,
    encoding: String,
    today: Option<String>,
    /// Code and words, in order.
    pub(crate) found: Vec<(String, String)>,
    pub(crate) expected: Vec<String>,
    /// What a rule takes.
    pub(crate) model: Vec<String>,
    /// Words of a question, and the answer.
    answers: Vec<(String, String)>,
    /// The answers as they lie beside the first document.
    kept: String,
    /// A tool's name with its arguments, and what it prints.
    helps: Vec<(String, String)>,
}

/// The cases of every file of a folder below `tests/suite`, by the file's stem.
pub(crate) fn folder(name: &str) -> Vec<(String, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the suite can be listed").path()).collect();
    files.sort();
    files.iter().map(|file| (stem(file), read(file))).collect()
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let parts = text.split("<!-- document: ").skip(1);
    parts
        .map(|part| {
            let (name, body) = part.split_once(" -->\n").expect("a document has a name and a body");
            Case::read(format!("{} ({name})", file.display()), body)
        })
        .collect()
}

impl Case {
    fn read(name: String, body: &str) -> Self {
        let mut case = Self {
            name,
            files: vec![(String::new(), String::new())],
            encoding: String::new(),
            today: None,
            found: Vec::new(),
            expected: Vec::new(),
            model: Vec::new(),
            answers: Vec::new(),
            kept: String::new(),
            helps: Vec::new(),
        };
        let mut times = 1;
        let mut lines = body.lines();
        while let Some(line) = lines.next() {
            if line == "<!-- model" {
                case.model.extend(lines.by_ref().take_while(|line| *line != "-->").map(str::to_owned));
                continue;
            }
            if line == "<!-- kept" {
                let kept = lines.by_ref().take_while(|line| *line != "-->");
                kept.for_each(|line| case.kept += &format!("{line}\n"));
                continue;
            }
            let said = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
            let Some((what, value)) = said.and_then(|said| said.split_once(": ")) else {
                let (_, text) = case.files.last_mut().expect("there is always one");
                (1..=times).for_each(|n| *text += &(line.replace("{n}", &n.to_string()) + "\n"));
                times = 1;
                continue;
            };
            match what {
                "file" if case.files[0].1.is_empty() => case.files[0].0 = value.to_owned(),
                "file" => case.files.push((value.to_owned(), String::new())),
                "saved as" => case.encoding = value.to_owned(),
                "today" => case.today = Some(value.to_owned()),
                "repeat" => times = value.parse().expect("a number"),
                "answer" => {
                    let (words, answer) = value.rsplit_once(" = ").expect("words and an answer");
                    case.answers.push((words.to_owned(), answer.to_owned()));
                }
                "help" => {
                    let (call, printed) = value.split_once(" = ").expect("a call and what it prints");
                    case.helps.push((call.to_owned(), printed.to_owned()));
                }
                "expect" => case.expected.extend(value.split_whitespace().map(str::to_owned)),
                code => case.found.push((code.to_owned(), value.to_owned())),
            }
        }
        case
    }

    /// The same as an editor on Windows writes it.
    pub(crate) fn with_carriage_returns(&self) -> Self {
        let lines = |(path, text): &(String, String)| {
            (path.clone(), format!("\u{FEFF}{}", text.replace('\n', "\r\n")))
        };
        Self { files: self.files.iter().map(lines).collect(), ..self.clone() }
    }

    /// Its playbook, with what is found among files and by the day.
    pub(crate) fn compile(&self) -> Playbook {
        let bytes: Vec<Vec<u8>> = self.files.iter().map(|(_, text)| encoded(text, &self.encoding)).collect();
        let files = self.files.iter().zip(&bytes);
        let sources: Vec<_> = files.map(|((path, _), bytes)| Source { path, bytes }).collect();
        let mut kept = self.kept.clone();
        let mut answers = Answers::read(kept.as_bytes());
        let mut playbook = compiled(&sources, &answers);
        for (words, answer) in &self.answers {
            let open = playbook.questions.iter().filter(|doubt| doubt.is_open());
            let doubt = open.clone().find(|doubt| doubt.question.contains(words)).unwrap_or_else(|| {
                let open: Vec<_> = open.map(|doubt| doubt.question.as_str()).collect();
                panic!("{}: no question with {words} among {open:#?}", self.name)
            });
            let answered = Answered { answer: answer.clone(), ..Answered::default() };
            let entry = Entry { id: doubt.id.clone(), question: doubt.question.clone(), answered };
            kept = with_entry(&kept, &entry).expect("it is TOML");
            answers = Answers::read(kept.as_bytes());
            playbook = compiled(&sources, &answers);
        }
        if sources.iter().all(|source| !source.path.is_empty()) {
            let texts: Vec<String> = sources.iter().map(|source| playbook::repaired(source.bytes)).collect();
            let is_there = |path: &str| sources.iter().any(|source| source.path == path);
            let dead = playbook::dead_files(&playbook, &texts, &is_there);
            playbook.diagnostics.extend(dead);
        }
        if !self.helps.is_empty() {
            let texts: Vec<String> = sources.iter().map(|source| playbook::repaired(source.bytes)).collect();
            let told = self.asked(&playbook, &texts);
            playbook.diagnostics.extend(told);
        }
        if let Some(today) = &self.today {
            let overdue = playbook::overdue_reviews(&playbook, today.parse().expect("a date"));
            playbook.diagnostics.extend(overdue);
        }
        playbook
    }

    /// What the tools tell about the commands.
    fn asked(&self, playbook: &Playbook, texts: &[String]) -> Vec<Diagnostic> {
        let oracle = Oracle::new(std::slice::from_ref(playbook));
        let mut answers = oracle::Answers::default();
        loop {
            let wanted = oracle.wanted(&answers);
            if wanted.is_empty() {
                return oracle.judge(&answers, texts);
            }
            wanted.iter().for_each(|question| answers.put(question, self.said(question)));
        }
    }

    fn said(&self, question: &oracle::Question) -> Said {
        let call = format!("{} {}", question.tool(), question.arguments().join(" "));
        let own = format!("{} ", question.tool());
        match self.helps.iter().find(|(of, _)| *of == call) {
            Some((_, printed)) => {
                let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help").join(printed);
                Said::Text(fs::read_to_string(file).unwrap_or_else(|_| printed.replace("\\n", "\n")))
            }
            None if self.helps.iter().any(|(of, _)| of.starts_with(&own)) => {
                Said::Nothing("nothing".to_owned())
            }
            None => Said::NotInstalled,
        }
    }

    /// Where the words of its comments stand: document and line.
    pub(crate) fn places(&self) -> Vec<(u32, u32)> {
        let mut places: Vec<_> = self.found.iter().map(|(_, words)| self.place(words)).collect();
        places.sort_unstable();
        places
    }

    fn place(&self, words: &str) -> (u32, u32) {
        let (words, nth) = match words.rsplit_once('@') {
            Some((before, nth)) => nth.parse().map_or((words, 1), |nth: usize| (before, nth)),
            None => (words, 1),
        };
        let files = self.files.iter().zip(0_u32..);
        let lines = files.flat_map(|((_, text), file)| {
            text.lines().zip(1_u32..).map(move |(text, line)| (text, (file, line)))
        });
        let mut fitting = lines.filter(|(text, _)| text.contains(words));
        fitting.nth(nth - 1).unwrap_or_else(|| panic!("{}: no line with {words}", self.name)).1
    }

    /// Where a code was found: document and line.
    pub(crate) fn places_of(diagnostics: &[Diagnostic], code: &str) -> Vec<(u32, u32)> {
        let found = diagnostics.iter().filter(|found| found.code == code);
        let mut places: Vec<_> = found.map(|found| (found.document, found.line)).collect();
        places.sort_unstable();
        places
    }
}

/// The answers are beside the first document.
fn compiled(sources: &[Source<'_>], answers: &Answers) -> Playbook {
    let none = Answers::NONE;
    let beside = std::iter::once(answers).chain(std::iter::repeat(&none));
    compile_documents_with(&sources.iter().copied().zip(beside).collect::<Vec<_>>())
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let units = || text.encode_utf16();
    match encoding {
        "" => text.as_bytes().to_vec(),
        "utf-8-mark" => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        "windows-1252" => WINDOWS_1252.encode(text).0.into_owned(),
        "utf-16le" => [0xFF, 0xFE].into_iter().chain(units().flat_map(u16::to_le_bytes)).collect(),
        "utf-16be" => [0xFE, 0xFF].into_iter().chain(units().flat_map(u16::to_be_bytes)).collect(),
        other => panic!("no such encoding: {other}"),
    }
}
