//! The compiler from outside: a suite of documents with their expectations inside, the whole model of a real
//! playbook, and properties that hold for any bytes.

mod cases;
mod codes;
mod copies;
mod counts;
mod fixes;
mod holds;
mod hostile;
mod matching;
mod properties;
mod recognisers;
mod suite;
mod view;
