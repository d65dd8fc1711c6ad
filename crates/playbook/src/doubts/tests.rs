//! Documents with a doubtful part: what is asked, and what each answer changes.

use super::*;
use crate::answers::with_entry;
use crate::model::{CheckKind, Effect};
use crate::{Source, compile, compile_documents_with, compile_with};

const ROTATING: &str = "# Handbook\n\n## Rotating certificates\n\n1. Look:\n   ```sh\n   df -h\n   ```\n2. Swap the files\n\n## Culture\n\nBe kind.\n";

/// The answers of Ana to the questions with these words.
fn answers(text: &str, said: &[(&str, &str)]) -> Answers {
    by("Ana", text, said)
}

fn by(who: &str, text: &str, said: &[(&str, &str)]) -> Answers {
    let asked = compile(text.as_bytes()).questions;
    let mut file = String::new();
    for (words, answer) in said {
        let fitting: Vec<&Doubt> = asked.iter().filter(|doubt| doubt.question.contains(words)).collect();
        let [doubt] = fitting.as_slice() else {
            panic!("{words:?} is asked {} times: {asked:#?}", fitting.len())
        };
        let answered =
            Answered { answer: (*answer).into(), by: who.into(), at: "2026-11-01T10:00:00Z".into() };
        let entry = Entry { id: doubt.id.clone(), question: doubt.question.clone(), answered };
        file = with_entry(&file, &entry).unwrap();
    }
    Answers::read(file.as_bytes())
}

fn compiled(text: &str, answers: &Answers) -> Playbook {
    compile_with(text.as_bytes(), answers)
}

fn codes(playbook: &Playbook) -> Vec<&str> {
    playbook
        .diagnostics
        .iter()
        .map(|found| found.code.as_str())
        .filter(|code| code.starts_with("W08"))
        .collect()
}

#[test]
fn what_only_looks_like_a_runbook_is_one_when_somebody_says_so() {
    let open = compile(ROTATING.as_bytes());
    assert!(open.runbooks.is_empty());
    let doubt = &open.questions[0];
    assert_eq!((open.questions.len(), doubt.about, doubt.guess.as_str()), (1, DoubtKind::Runbook, "prose"));
    assert_eq!(doubt.question, "Is the section “Rotating certificates” a runbook?");
    assert_eq!((doubt.origin.span.line, &*doubt.origin.rule), (3, "runbook-unannounced"));
    let said = answers(ROTATING, &[("Rotating", "runbook")]);
    let taken = compiled(ROTATING, &said);
    let runbook = &taken.runbooks[0];
    assert_eq!((runbook.title.as_str(), runbook.steps.len()), ("Rotating certificates", 2));
    assert_eq!((&*runbook.origin.rule, runbook.origin.confidence), ("answered", 100));
    assert_eq!(taken.questions[0].answered.as_ref().map(Answered::whose).unwrap(), "Ana, 2026-11-01");
    assert!(codes(&taken).is_empty());
}

#[test]
fn an_answer_survives_edits_elsewhere_and_lapses_with_its_text() {
    let said = answers(ROTATING, &[("Rotating", "runbook")]);
    for elsewhere in [
        ROTATING.replace("Be kind.", "Be very kind."),
        ROTATING.replace("# Handbook\n", "# Handbook\n\nWhat we do.\n\n## More\n\nwords\n"),
        ROTATING.replace('\n', "\r\n"),
        ROTATING.replace("Swap the files\n", "Swap the files  \n"),
        format!("\u{feff}{ROTATING}"),
    ] {
        let playbook = compiled(&elsewhere, &said);
        assert_eq!((playbook.runbooks.len(), codes(&playbook).len()), (1, 0), "{elsewhere}");
    }
    let edited = compiled(&ROTATING.replace("Swap the files", "Swap all files"), &said);
    assert_eq!((edited.runbooks.len(), codes(&edited)), (0, vec!["W080"]));
    assert!(edited.questions[0].is_open());
    let told = edited.diagnostics.iter().find(|found| found.code == "W080").unwrap();
    assert_eq!(
        told.message,
        "the answer “runbook” to “Is the section “Rotating certificates” a runbook?” (Ana, 2026-11-01) no longer \
         applies: the text that it was about has changed or is gone"
    );
}

#[test]
fn what_a_heading_announces_stays_prose_when_somebody_says_so() {
    let text =
        "# Book\n\n## Common Runbooks\n\n### Kindness\n\n1. kind\n2. open\n\n### Disk\n\n1. look\n2. clean\n";
    let open = compile(text.as_bytes());
    assert_eq!((open.runbooks.len(), open.questions.len()), (2, 2));
    assert!(open.questions.iter().all(|doubt| doubt.guess == "runbook"));
    let settled = compiled(text, &answers(text, &[("Kindness", "prose"), ("Disk", "runbook")]));
    let titles: Vec<_> = settled.runbooks.iter().map(|one| (one.title.as_str(), &*one.origin.rule)).collect();
    assert_eq!(titles, [("Disk", "answered")]);
    assert!(settled.questions.iter().all(|doubt| !doubt.is_open()) && codes(&settled).is_empty());
    let roles: Vec<_> =
        settled.sections.iter().map(|one| (one.heading.as_str(), one.role.as_str())).collect();
    assert!(roles.contains(&("Kindness", "prose")), "{roles:?}");
}

const SHEET: &str = "# DiskFillsUp\n\n## Meaning\n\nfull\n\n## Diagnosis\n\n- It is often the logs\n- Rarely the dumps\n\n\
                     ## Mitigation\n\n- Delete old dumps\n- Add a disk\n\n## Verification\n\nShould be quiet again.\n";

#[test]
fn bullets_are_steps_until_somebody_says_that_they_only_explain() {
    let open = compile(SHEET.as_bytes());
    assert_eq!(open.runbooks[0].steps.len(), 5);
    let steps = |playbook: &Playbook| -> Vec<(u32, String)> {
        playbook.runbooks[0].steps.iter().map(|step| (step.number, step.title.clone())).collect()
    };
    let settled = compiled(SHEET, &answers(SHEET, &[("often the logs", "prose"), ("Delete old", "steps")]));
    let wanted = [(1, "Delete old dumps"), (2, "Add a disk"), (3, "Verification")];
    assert_eq!(steps(&settled), wanted.map(|(number, title)| (number, title.to_owned())));
    assert_eq!(&*settled.runbooks[0].steps[0].origin.rule, "answered");
    assert_eq!(&*settled.runbooks[0].steps[2].origin.rule, "prose-procedure");
    let gone = compiled(SHEET, &answers(SHEET, &[("“Verification”", "prose")]));
    assert_eq!(steps(&gone).len(), 4);
}

#[test]
fn a_sentence_that_judges_nothing_is_still_read() {
    let settled = compiled(SHEET, &answers(SHEET, &[("Should be quiet again", "words")]));
    let step = settled.runbooks[0].steps.last().unwrap();
    assert!(
        step.checks.is_empty() && step.instructions.iter().any(|line| line.contains("Should be quiet again"))
    );
    let kept = compiled(SHEET, &answers(SHEET, &[("Should be quiet again", "check")]));
    let check = &kept.runbooks[0].steps.last().unwrap().checks[0];
    assert_eq!((&check.kind, &*check.origin.rule), (&CheckKind::Words, "answered"));
}

const UNKNOWN: &str = "# Book\n\n## Issue: Slow\n\n1. Look:\n   ```sh\n   paymentsctl queue --depth\n   paymentsctl drain <lane>\n   \
                       rm -rf /srv/x | paymentsctl y\n   ```\n";

#[test]
fn a_named_person_vouches_for_exactly_one_text_and_it_never_begins_alone() {
    let command = |playbook: &Playbook| playbook.runbooks[0].steps[0].commands[0].clone();
    let asked: Vec<_> = compile(UNKNOWN.as_bytes())
        .questions
        .into_iter()
        .filter(|one| one.about == DoubtKind::Command)
        .collect();
    assert_eq!(asked.len(), 1, "{asked:#?}");
    let vouched = command(&compiled(UNKNOWN, &answers(UNKNOWN, &[("only look", "looks")])));
    assert_eq!(vouched.effect, Effect::ReadsWorld);
    assert!(!vouched.may_begin_alone() && vouched.effect_reason.starts_with("Ana, 2026-11-01 answered"));
    assert_eq!(vouched.vouched.unwrap().by, "Ana");
    let held = command(&compiled(UNKNOWN, &answers(UNKNOWN, &[("only look", "changes")])));
    assert_eq!((held.effect, held.vouched), (Effect::Unknown, None));
    let nobody = compiled(UNKNOWN, &by(" ", UNKNOWN, &[("only look", "looks")]));
    assert_eq!((command(&nobody).effect, codes(&nobody)), (Effect::Unknown, vec!["W080"]));
    let said = answers(UNKNOWN, &[("only look", "looks")]);
    let other = compiled(&UNKNOWN.replace("--depth", "--deep"), &said);
    assert_eq!((command(&other).effect, codes(&other)), (Effect::Unknown, vec!["W080"]));
}

#[test]
fn a_blank_has_the_meaning_that_somebody_gave_it() {
    let open = compile(UNKNOWN.as_bytes());
    assert!(open.diagnostics.iter().any(|found| found.code == "W034"));
    let said = answers(UNKNOWN, &[("<lane>", "the name in the alert's title")]);
    let settled = compiled(UNKNOWN, &said);
    let hole = &settled.runbooks[0].steps[0].commands[1].holes[0];
    assert_eq!(hole.meaning.as_deref(), Some("the name in the alert's title"));
    assert!(!settled.diagnostics.iter().any(|found| found.code == "W034") && codes(&settled).is_empty());
}

#[test]
fn answers_that_fit_nothing_are_told_and_change_nothing() {
    let wrong = answers(ROTATING, &[("Rotating", "runbok")]);
    let playbook = compiled(ROTATING, &wrong);
    assert_eq!((playbook.runbooks.len(), codes(&playbook)), (0, vec!["W080"]));
    assert!(playbook.questions[0].is_open());
    let odd = Answers::read(b"colour = 1\n[[answer]]\nid = \"q-0\"\nanswer = \"x\"\n");
    assert_eq!(codes(&compiled(ROTATING, &odd)), ["W080", "W081"]);
    let old = format!("# Handbook\n\nThis document is deprecated.\n{}", &ROTATING[10..]);
    assert!(compiled(&old, &odd).questions.is_empty() && codes(&compiled(&old, &odd)).is_empty());
}

#[test]
fn long_names_are_cut_in_questions() {
    assert_eq!(named(&"x".repeat(100)).chars().count(), NAME_CHARACTERS_MAX + 3);
}

#[test]
fn the_digest_is_over_document_and_answers() {
    let said = answers(ROTATING, &[("Rotating", "prose")]);
    let (open, settled) = (compile(ROTATING.as_bytes()), compiled(ROTATING, &said));
    assert_eq!(open.digest, open.documents[0].digest);
    assert_ne!(open.digest, settled.digest);
    assert_eq!(open.documents[0].digest, settled.documents[0].digest);
    let whole = |answers: &Answers| {
        let source = |path| Source { path, bytes: ROTATING.as_bytes() };
        compile_documents_with(&[(source("a.md"), answers), (source("b.md"), &Answers::NONE)])
    };
    let playbook = whole(&said);
    assert_ne!(playbook.digest, whole(&Answers::NONE).digest);
    let states: Vec<_> = playbook.questions.iter().map(|one| (one.document, one.is_open())).collect();
    assert_eq!(states, [(0, false), (1, true)]);
}

#[test]
fn so_many_questions_are_open_and_no_more_and_answers_beyond_them_count() {
    let section = |n: usize| format!("## Part {n}\n\n1. Look:\n   ```sh\n   df -h\n   ```\n\n");
    let text: String = (0..OPEN_MAX + 3).map(section).collect();
    let open = compile(text.as_bytes());
    assert_eq!(open.questions.len(), OPEN_MAX);
    let told: Vec<_> = open.diagnostics.iter().filter(|found| found.code == "W003").collect();
    assert_eq!(told[0].message, "3 more questions are asked when some are answered");
    let last = section(OPEN_MAX + 2);
    let said = answers(&last, &[("Part", "runbook")]);
    assert_eq!(compiled(&text, &said).runbooks.len(), 1);
}

#[test]
fn the_first_playbook_is_the_same_and_is_asked_about_where_rules_are_unsure() {
    let text = include_str!("../../../../playbooks/tabbi.md");
    let playbook = compile(text.as_bytes());
    for doubt in &playbook.questions {
        assert!(doubt.is_open() && !doubt.question.is_empty());
    }
    let kinds: Vec<_> = playbook.questions.iter().map(|one| (one.about, one.question.as_str())).collect();
    assert!(kinds.len() < 40, "{kinds:#?}");
    assert!(
        kinds.iter().all(|(about, _)| !matches!(about, DoubtKind::Runbook | DoubtKind::Steps)),
        "{kinds:#?}"
    );
}
