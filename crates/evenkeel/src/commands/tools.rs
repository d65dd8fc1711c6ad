//! `evenkeel playbook check --tools`: asks the installed tools what the document's commands are worth.
//!
//! Must never be here: what to ask and what an answer means (`playbook::oracle`), or how a tool is confined (`runner`).

mod cache;

use super::progress::Progress;
use crate::cli::Tools;
use crate::exit::{Failure, Kind};
use crate::wiring::{ReadPlaybook, own_variable};
use cache::Cache;
use playbook::oracle::{Answers, Oracle, Question, Said, merged};
use playbook::{Playbook, Standing};
use runner::{AskFailure, Confinement, Surroundings, Told};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinSet;

/// So many questions are asked in one run; with the limit of each, an end is certain.
const QUESTIONS_MAX: usize = 400;
/// So many tools answer at the same time.
const AT_ONCE_MAX: usize = 4;

/// Adds what the tools say to what the compiler said of each playbook; no tool is asked twice.
pub(super) fn consult(
    args: &Tools,
    reads: &mut [ReadPlaybook],
    progress: &mut Progress,
) -> Result<(), Failure> {
    if !args.tools {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(Kind::World, format!("cannot start the questions to the tools: {error}"))
    })?;
    // Each by itself, so that every command knows its document; those that no longer count say nothing.
    let (mut documents, mut texts) = (Vec::new(), Vec::new());
    for read in &mut *reads {
        let each = read.playbook.documents.iter().zip(&read.texts).zip(&read.answers);
        documents.extend(each.map(|((document, text), answers)| match document.standing {
            Standing::Current => playbook::compile_with(text.as_bytes(), answers),
            Standing::Stub | Standing::Moved | Standing::Deprecated => Playbook::default(),
        }));
        texts.append(&mut read.texts);
    }
    let oracle = Oracle::new(&documents);
    let answers = runtime.block_on(Asker::new(args).all(&oracle, progress));
    let mut told = oracle.judge(&answers, &texts);
    let mut texts = texts.into_iter();
    let mut first = 0;
    for read in reads {
        let count = read.playbook.documents.len();
        read.texts = texts.by_ref().take(count).collect();
        let next = first + u32::try_from(count).unwrap_or(u32::MAX);
        let own = told.extract_if(.., |found| (first..next).contains(&found.document)).map(|mut found| {
            found.document -= first;
            found
        });
        read.playbook.diagnostics = merged(std::mem::take(&mut read.playbook.diagnostics), own.collect());
        first = next;
    }
    Ok(())
}

struct Asker {
    around: Arc<Surroundings>,
    cache: Cache,
    /// Where each tool is, once it was looked for.
    places: BTreeMap<String, Option<PathBuf>>,
    /// Tools that did not answer once, and why: they are not waited for again.
    silent: BTreeMap<String, String>,
    left: usize,
}

impl Asker {
    fn new(args: &Tools) -> Self {
        let named = args.tools_path.iter().filter_map(|folder| std::path::absolute(folder).ok());
        let usual = own_variable("PATH").unwrap_or_default();
        // A folder that is named relative to where somebody stands is no place to take programs from.
        let usual = usual.split(':').filter(|folder| folder.starts_with('/')).map(PathBuf::from);
        let folders: Vec<String> = named.chain(usual).map(|folder| folder.display().to_string()).collect();
        let mut around = Surroundings::new(folders.join(":"));
        if args.tools_unconfined {
            around.confinement = Confinement::Waived;
        }
        Self {
            around: Arc::new(around),
            cache: Cache::new(args.cache_dir.clone().or_else(usual_cache)),
            places: BTreeMap::new(),
            silent: BTreeMap::new(),
            left: QUESTIONS_MAX,
        }
    }

    /// Asks until nothing is wanted any more.
    async fn all(mut self, oracle: &Oracle, progress: &mut Progress) -> Answers {
        let mut answers = Answers::default();
        loop {
            let wanted = oracle.wanted(&answers);
            if wanted.is_empty() {
                return answers;
            }
            for some in wanted.chunks(AT_ONCE_MAX) {
                let asked = QUESTIONS_MAX - self.left;
                progress.tell(|| format!("asking the installed tools, {asked} questions so far"));
                for (question, said) in self.some(some).await {
                    answers.put(&question, said);
                }
            }
        }
    }

    /// Asks a few questions at once; each is answered.
    async fn some(&mut self, questions: &[Question]) -> Vec<(Question, Said)> {
        let mut answered = Vec::new();
        let mut asking = JoinSet::new();
        for question in questions {
            match self.known(question) {
                Ok(said) => answered.push((question.clone(), said)),
                Err(tool) => {
                    self.left -= 1;
                    let (around, question) = (Arc::clone(&self.around), question.clone());
                    asking.spawn(async move {
                        let told = runner::ask(&tool, &question.arguments(), &around).await;
                        (question, tool, told)
                    });
                }
            }
        }
        while let Some(done) = asking.join_next().await {
            // A question that was lost is asked again, and costs one of those that are left.
            let Ok((question, tool, told)) = done else { continue };
            let said = match told {
                Ok(told) => {
                    self.cache.keep(&tool, &question.arguments(), &told);
                    said(&question, told)
                }
                Err(failure) => {
                    let why = why(failure);
                    self.silent.insert(question.tool().to_owned(), why.clone());
                    Said::Nothing(why)
                }
            };
            answered.push((question, said));
        }
        answered
    }

    /// An answer that needs no child process, or else the tool to start.
    fn known(&mut self, question: &Question) -> Result<Said, PathBuf> {
        let name = question.tool();
        let place = self.places.entry(name.to_owned()).or_insert_with(|| find(&self.around.path, name));
        let Some(tool) = place.clone() else { return Ok(Said::NotInstalled) };
        if let Some(told) = self.cache.recall(&tool, &question.arguments()) {
            return Ok(said(question, told));
        }
        if let Some(why) = self.silent.get(name) {
            return Ok(Said::Nothing(why.clone()));
        }
        if self.left == 0 {
            return Ok(Said::Nothing(format!("{QUESTIONS_MAX} questions were asked already")));
        }
        Err(tool)
    }
}

/// A version that ends badly is none; a help is read however it ends.
fn said(question: &Question, told: Told) -> Said {
    if question.is_about_version() && !told.is_success {
        Said::Nothing("it does not tell its version".to_owned())
    } else {
        Said::Text(told.text)
    }
}

fn why(failure: AskFailure) -> String {
    match failure {
        AskFailure::NotConfined(why) => {
            format!("it cannot be confined here ({why}); --tools-unconfined asks it nevertheless")
        }
        AskFailure::Failed(why) => why,
    }
}

fn find(path: &str, name: &str) -> Option<PathBuf> {
    let runs = |file: &PathBuf| {
        file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    path.split(':').map(|folder| Path::new(folder).join(name)).find(runs)
}

fn usual_cache() -> Option<PathBuf> {
    let absolute = |name| own_variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("evenkeel").join("tools"))
}
