//! Who can be reached where: tables headed by role and contact, and lists below a heading that announces contacts.
//!
//! A list that says in which order people are woken is the escalation's; here nobody is woken.

use super::claims::{Claims, Role};
use super::rules;
use super::words::{Topic, severity_key};
use crate::model::Contact;
use crate::scan::{Block, Document, Inline, Item, Table};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// More contacts than a document has; what is beyond stays prose.
const CONTACTS_MAX: usize = 400;

const ROLES: &[&str] = &["role", "função", "papel", "position", "responsibility area", "役割", "担当"];
const TEAMS: &[&str] = &["team", "who", "service", "area", "equipo", "equipe", "quién", "quem"];
const REACH: &[&str] = &[
    "contact",
    "phone",
    "email",
    "e-mail",
    "mail",
    "slack",
    "pager",
    "handle",
    "channel",
    "mobile",
    "telephone",
    "how to reach",
    "contacto",
    "contato",
    "teléfono",
    "telefone",
    "correo",
    "連絡先",
    "電話",
];
const NAMES: &[&str] = &["name", "person", "primary", "nombre", "nome", "氏名"];
const DUTIES: &[&str] = &["responsib", "dut", "what for", "does", "when to", "funcion", "責任"];

/// The contacts of all sections that nobody else has taken.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Vec<Contact> {
    let mut found = Vec::new();
    for (index, section) in doc.each() {
        let free = claims.is_free_or_title(index) || claims.is(index, Role::Escalation);
        if !free || found.len() >= CONTACTS_MAX {
            continue;
        }
        let announced = doc.path(index).any(|above| {
            claims.announces(above, Topic::Contacts) || claims.announces(above, Topic::Escalation)
        });
        let before = found.len();
        section.blocks.iter().for_each(|block| of_block(block, announced, &mut found));
        if found.len() > before && claims.is_free(index) {
            claims.claim(index, Role::Contacts);
        }
    }
    found.truncate(CONTACTS_MAX);
    found
}

fn of_block(block: &Block, announced: bool, found: &mut Vec<Contact>) {
    match block {
        Block::Table(table) => of_table(table, announced, found),
        Block::List(list) if announced => {
            let contacts: Vec<Contact> = list.items.iter().take(CONTACTS_MAX).filter_map(of_item).collect();
            // One address in a list of other things is no list of contacts.
            if contacts.len() * 2 > list.items.len() {
                found.extend(contacts);
            }
        }
        Block::Quote(inner) => inner.iter().for_each(|block| of_block(block, announced, found)),
        Block::List(_) | Block::Paragraph(_) | Block::Fence(_) | Block::Rule => {}
    }
}

/// Whether a word of a column's head begins so.
fn fits(head: &str, words: &[&str]) -> bool {
    let begins = |word: &str| {
        head.split(|c: char| !c.is_alphanumeric() && c != '-').any(|part| part.starts_with(word))
            || ((word.contains(' ') || !word.is_ascii()) && head.contains(word))
    };
    (head == "rol" && words.contains(&"role")) || words.iter().any(|word| begins(word))
}

fn of_table(table: &Table, announced: bool, found: &mut Vec<Contact>) {
    let heads: Vec<String> = table.header.iter().map(|cell| cell.plain().to_lowercase()).collect();
    let column = |words: &[&str]| heads.iter().position(|head| fits(head, words));
    let teams = || column(TEAMS).filter(|_| announced);
    let Some(role) = column(ROLES).or_else(teams) else { return };
    let reach: Vec<usize> = (0..heads.len()).filter(|at| *at != role && fits(&heads[*at], REACH)).collect();
    let name = column(NAMES).filter(|at| *at != role && !reach.contains(at));
    if reach.is_empty() {
        return;
    }
    let duty = column(DUTIES).filter(|at| *at != role && Some(*at) != name && !reach.contains(at));
    for row in table.rows.iter().take(CONTACTS_MAX) {
        let cell = |at: usize| row.cells.get(at).map(said).unwrap_or_default();
        let ways: Vec<String> = reach.iter().map(|at| cell(*at)).filter(|way| !is_blank(way)).collect();
        let optional = |at: Option<usize>| at.map(cell).filter(|words| !is_blank(words)).unwrap_or_default();
        let contact = Contact {
            role: cell(role),
            name: optional(name),
            reach: ways.join(", "),
            duty: optional(duty),
            line: row.line,
            origin: rules::CONTACT_TABLE.at(row.line),
        };
        let is_reachable = !contact.reach.is_empty() || !contact.name.is_empty();
        if is_reachable && !contact.role.is_empty() {
            found.push(contact);
        }
    }
}

/// Nothing, a dash, or a word that somebody will fill it in.
fn is_blank(words: &str) -> bool {
    let bare = words.trim_matches(['-', '–', '—', ' ', '.', '?', '/', '_']).to_lowercase();
    matches!(bare.as_str(), "" | "tbd" | "todo" | "n/a" | "na" | "none")
}

/// A cell's words; where its link leads instead of what it is called, when that is how somebody is reached.
fn said(cell: &Inline) -> String {
    match cell.link() {
        Some((words, address)) if address.starts_with("mailto:") || address.starts_with("tel:") => {
            let bare = address.split_once(':').map_or(address, |(_, bare)| bare);
            if words.contains(bare) { words } else { alloc::format!("{words} {bare}") }
        }
        _ => cell.plain(),
    }
}

/// `**Role**: how to reach`, or `Role – how to reach`.
fn of_item(item: &Item) -> Option<Contact> {
    let lead = item.lead()?;
    let (role, rest) = match lead.label() {
        Some(label) => (label.name, label.rest),
        None => {
            let words = said(lead);
            let (role, rest) = [": ", " – ", " — ", " - "].iter().find_map(|mark| words.split_once(mark))?;
            (role.to_string(), rest.to_string())
        }
    };
    let role = role.trim().trim_matches('*').to_string();
    let short = (1..=ROLE_CHARACTERS_MAX).contains(&role.chars().count());
    if !short || severity_key(&role).is_some() || rest.contains('→') {
        return None;
    }
    let (reach, name): (Vec<&str>, Vec<&str>) = rest
        .split([',', ';', '(', ')', '/'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .partition(|part| reaches(part));
    (!reach.is_empty()).then(|| Contact {
        role,
        name: name.join(", "),
        reach: reach.join(", "),
        duty: String::new(),
        line: item.line,
        origin: rules::CONTACT_LIST.at(item.line),
    })
}

/// A role is no longer.
const ROLE_CHARACTERS_MAX: usize = 60;

/// Whether words are an address, a channel, a handle or a telephone number.
fn reaches(words: &str) -> bool {
    let digits = words.bytes().filter(u8::is_ascii_digit).count();
    let other = |c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '.' | '`'));
    let telephone = digits >= TELEPHONE_DIGITS_MIN && !words.chars().any(other);
    let bare = words.trim_start_matches('`');
    let handle = bare.strip_prefix(['@', '#']).is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    let address = words
        .split_whitespace()
        .any(|word| word.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.')));
    telephone || handle || address
}

/// A number with fewer digits is something else.
const TELEPHONE_DIGITS_MIN: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    fn found(text: &str) -> Vec<(String, String, String)> {
        let doc = scan(text);
        let contacts = read(&doc, &mut Claims::new(&doc));
        contacts.into_iter().map(|one| (one.role, one.name, one.reach)).collect()
    }

    fn row(role: &str, name: &str, reach: &str) -> (String, String, String) {
        (role.into(), name.into(), reach.into())
    }

    #[test]
    fn tables_are_read_by_their_heads() {
        let text = "## Roles\n\n| Role | Name | Contact | Slack | Responsibilities |\n|-|-|-|-|-|\n\
                    | Commander | Ana | +1 555 0100 | @ana | leads |\n| Scribe | TBD | - | | writes |\n";
        assert_eq!(found(text), [row("Commander", "Ana", "+1 555 0100, @ana")]);
        assert!(found("## T\n\n| Service | Owner |\n|-|-|\n| api | @ana |\n").is_empty());
        let mail = "## Contacts\n\n| Team | Mail |\n|-|-|\n| Storage | [write](mailto:st@x.test) |\n";
        assert_eq!(found(mail), [row("Storage", "", "write st@x.test")]);
    }

    #[test]
    fn lists_need_a_heading_and_something_that_reaches() {
        let list = "- **Lead**: Bo, bo@x.test\n- Database: @dba (#db-help)\n- Vendor – +49 30 123456\n";
        let wanted = [
            row("Lead", "Bo", "bo@x.test"),
            row("Database", "", "@dba, #db-help"),
            row("Vendor", "", "+49 30 123456"),
        ];
        assert_eq!(found(&alloc::format!("## Contacts\n\n{list}")), wanted);
        assert!(found(&alloc::format!("## Notes\n\n{list}")).is_empty());
        assert!(found("## Contacts\n\n- Ask: nicely\n- Version: 12.04.2020 of it\n").is_empty());
    }
}
