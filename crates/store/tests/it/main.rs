//! The storage from outside, in processes of its own.

mod crash;
