//! What TypeScript calls of the module `fields`: functions of numbers; texts (UTF-8) cross through two buffers.
//!
//! TypeScript asks for room with [`input_at`], writes there, and calls the function that takes it; it reads an answer
//! at [`output_at`] and then calls [`forget`], which wipes it. A question is wiped as soon as it is answered.

use alloc::{string::String, vec::Vec};
use spinning_top::{Spinlock, SpinlockGuard};
use wasm_bindgen::prelude::wasm_bindgen;

/// The most bytes of a question.
const INPUT_BYTES_MAX: usize = 32 * 1024;

struct Buffers {
    input: Vec<u8>,
    output: String,
}

/// As in the module `session`: found taken only where a call before has trapped, and then this one traps as well.
static BUFFERS: Spinlock<Buffers> = Spinlock::new(Buffers { input: Vec::new(), output: String::new() });

fn buffers() -> SpinlockGuard<'static, Buffers> {
    BUFFERS.try_lock().unwrap_or_else(|| core::arch::wasm32::unreachable())
}

/// Room for so many bytes of a question. Valid until the next call.
#[wasm_bindgen]
pub fn input_at(bytes: usize) -> *const u8 {
    let input = &mut buffers().input;
    *input = alloc::vec![0; bytes.min(INPUT_BYTES_MAX)];
    input.as_ptr()
}

/// Makes the text that a field shows of the value in the input. Returns its length in bytes; 0 where it has none.
#[wasm_bindgen]
pub fn show(class: usize, level: u8) -> usize {
    let buffers = &mut *buffers();
    let input = core::mem::take(&mut buffers.input);
    let value = core::str::from_utf8(&input).unwrap_or_default();
    buffers.output = super::show(class, level, value).unwrap_or_default();
    buffers.output.len()
}

/// What the field is for whose hints are the input: see [`super::guess`].
#[wasm_bindgen]
pub fn guess(maxlength: u32) -> u32 {
    let input = core::mem::take(&mut buffers().input);
    super::guess(core::str::from_utf8(&input).unwrap_or_default(), maxlength)
}

/// Where the text of [`show`] is.
#[wasm_bindgen]
pub fn output_at() -> *const u8 {
    buffers().output.as_ptr()
}

/// Wipes the text of [`show`].
#[wasm_bindgen]
pub fn forget() {
    buffers().output = String::new();
}
