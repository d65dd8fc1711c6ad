//! What holds for any bytes: no panic, the same answer twice, spans and lines within the text.

use crate::holds::check;
use proptest::prelude::*;

/// Pieces that mean something to a recogniser, thrown together.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("# T\n"),
        Just("## Runbooks\n"),
        Just("### Issue: x\n"),
        Just("**Symptoms**:\n\n- \"a\" > 2s\n"),
        Just("**Runbook**:\n\n"),
        Just("1. **Common causes**:\n   - a\n     - b\n"),
        Just("2. **If x**:\n   ```bash\n   # Should get 426\n   curl <x> \\\n   -I\n   ```\n"),
        Just("```\n┌─┐\n│ □ 1. A (0-2 min)\n│ • if b → c\n```\n"),
        Just("```\nX?\n├── YES → P0\n└── NO\n```\n"),
        Just("```\nP0: a → (5 min) → b\n```\n"),
        Just("| **P0** | a |\n|-|-|\n| P1 | < 4 hours |\n| P2 | x |\n"),
        Just("## Templates\n```\nA: [b] [c|d] {{e}}\nS: x/y\nExample:\n[z]\n```\n"),
        Just(
            "## Postmortem\n- Required: P0\n| Day | x |\n|-|-|\n| Day 1-2 | y |\n```markdown\n# a\n## b\n```\n"
        ),
        Just("**Dashboard**: x\n**Logs**: `ls -l`\n"),
        Just("> > - \n\t\tx\r\n"),
        Just("â€¢ â†’ ğŸ”´\n"),
        Just("```"),
        Just("\n\n"),
        Just("   "),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_compile(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        check(&bytes);
    }

    #[test]
    fn any_text_compiles(text in "\\PC{0,400}") {
        check(text.as_bytes());
    }

    #[test]
    fn any_markdown_like_text_compiles(text in fragments()) {
        check(text.as_bytes());
    }
}

/// A whole playbook with some lines gone, doubled or cut: what people's editors do to documents.
fn mutilated() -> impl Strategy<Value = String> {
    let whole = include_str!("../suite/tabbi.md");
    let lines: Vec<&str> = whole.lines().collect();
    let count = lines.len();
    prop::collection::vec((0..count, 0..4u8, any::<prop::sample::Index>()), 1..25).prop_map(move |changes| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for (at, how, place) in changes {
            let line = lines[at].clone();
            let chars = line.chars().count();
            let keep = if chars == 0 { 0 } else { place.index(chars) };
            lines[at] = match how {
                0 => String::new(),
                1 => format!("{line}\n{line}"),
                2 => line.chars().take(keep).collect(),
                _ => line.chars().skip(keep).collect(),
            };
        }
        lines.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mutilated_playbook_compiles(text in mutilated()) {
        check(text.as_bytes());
    }
}

#[test]
fn nesting_without_end_compiles() {
    check(("> ".repeat(10_000) + "deep\n").as_bytes());
    check(("- ".repeat(10_000) + "deep\n").as_bytes());
    check(("[".repeat(10_000) + "\n").as_bytes());
    let indented: String = (0..300).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect();
    check(indented.as_bytes());
}

/// Small enough for a debug build; `cargo xtask bench --only documents` times the same list at 5 MB.
const HOSTILE_BYTES: usize = 20_000;

#[test]
fn hostile_documents_compile() {
    for document in crate::hostile::ALL {
        let bytes = document.bytes(HOSTILE_BYTES);
        assert!(bytes.len() > HOSTILE_BYTES / 2, "{} is small", document.name);
        check(&bytes);
    }
}

#[test]
fn a_megabyte_of_noise_compiles() {
    // A linear congruential generator: the same noise in every run.
    let mut state = 42u32;
    let noise: Vec<u8> = (0..1_048_576)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    check(&noise);
    let printable: Vec<u8> =
        noise.iter().map(|byte| if byte % 12 == 0 { b'\n' } else { 32 + byte % 95 }).collect();
    check(&printable);
}
