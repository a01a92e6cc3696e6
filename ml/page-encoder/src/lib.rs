//! The encoder of the in-page trial, as WebAssembly: a GRU over the keys of one block, int8 weights, float32 arithmetic.
//!
//! Not part of the SDK: `make encoder-report` builds it, measures its size and time, and holds it against training.
//! The page would write weights once and a block at a time into the memory that the exports name.

use std::sync::Mutex;

/// Keys of a block.
const BLOCK: usize = 64;
/// Numbers of a key.
const INPUTS: usize = 11;
/// Numbers of the state.
const HIDDEN: usize = 112;
/// Numbers of the embedding.
const EMBEDDING: usize = 32;
/// Rows of the gates: update, reset, candidate.
const GATES: usize = 3 * HIDDEN;
/// Scales and biases, as float32, before the int8 weights.
const FLOATS: usize = GATES + GATES + EMBEDDING + GATES + GATES + EMBEDDING;
/// Bytes of the weights' file.
const FILE: usize = 4 * FLOATS + GATES * INPUTS + GATES * HIDDEN + EMBEDDING * HIDDEN;

struct Memory {
    file: [u8; FILE],
    floats: [f32; FLOATS],
    input: [f32; BLOCK * INPUTS],
    embedding: [f32; EMBEDDING],
}

static MEMORY: Mutex<Memory> = Mutex::new(Memory {
    file: [0; FILE],
    floats: [0.0; FLOATS],
    input: [0.0; BLOCK * INPUTS],
    embedding: [0.0; EMBEDDING],
});

fn with<T>(work: impl FnOnce(&mut Memory) -> T) -> T {
    work(&mut MEMORY.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Where the weights' file goes.
#[unsafe(no_mangle)]
pub extern "C" fn weights() -> *mut u8 {
    with(|memory| memory.file.as_mut_ptr())
}

/// How long it is.
#[unsafe(no_mangle)]
pub extern "C" fn weights_bytes() -> usize {
    FILE
}

/// Where a block goes. **Shape** `[BLOCK, INPUTS]`.
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *mut f32 {
    with(|memory| memory.input.as_mut_ptr())
}

/// Where the embedding is after [`encode`]. **Shape** `[EMBEDDING]`.
#[unsafe(no_mangle)]
pub extern "C" fn embedding() -> *const f32 {
    with(|memory| memory.embedding.as_ptr())
}

/// Reads scales and biases once the file is there.
#[unsafe(no_mangle)]
pub extern "C" fn load() {
    with(|memory| {
        for (value, bytes) in memory.floats.iter_mut().zip(memory.file.chunks_exact(4)) {
            *value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
    });
}

fn product(row: &[u8], values: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (rows, columns) = (row.chunks_exact(8), values.chunks_exact(8));
    let rest: f32 =
        rows.remainder().iter().zip(columns.remainder()).map(|(w, v)| f32::from(*w as i8) * v).sum();
    for (weights, values) in rows.zip(columns) {
        for lane in 0..8 {
            sums[lane] += f32::from(weights[lane] as i8) * values[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Embeds the first `keys` keys of the block.
#[unsafe(no_mangle)]
pub extern "C" fn encode(keys: usize) {
    with(|memory| {
        let Memory { file, floats, input, embedding } = memory;
        let (w_scale, rest) = floats.split_at(GATES);
        let (r_scale, rest) = rest.split_at(GATES);
        let (e_scale, rest) = rest.split_at(EMBEDDING);
        let (w_bias, rest) = rest.split_at(GATES);
        let (r_bias, e_bias) = rest.split_at(GATES);
        let (w, rest) = file[4 * FLOATS..].split_at(GATES * INPUTS);
        let (r, e) = rest.split_at(GATES * HIDDEN);
        let (mut state, mut total) = ([0.0f32; HIDDEN], [0.0f32; HIDDEN]);
        let keys = keys.clamp(1, BLOCK);
        for key in input.chunks_exact(INPUTS).take(keys) {
            let (mut now, mut again) = ([0.0f32; GATES], [0.0f32; GATES]);
            for at in 0..GATES {
                now[at] = product(&w[at * INPUTS..][..INPUTS], key) * w_scale[at] + w_bias[at];
                again[at] = product(&r[at * HIDDEN..][..HIDDEN], &state) * r_scale[at] + r_bias[at];
            }
            for at in 0..HIDDEN {
                let update = sigmoid(now[at] + again[at]);
                let reset = sigmoid(now[HIDDEN + at] + again[HIDDEN + at]);
                let candidate = (now[2 * HIDDEN + at] + reset * again[2 * HIDDEN + at]).tanh();
                state[at] = (1.0 - update) * candidate + update * state[at];
                total[at] += state[at];
            }
        }
        total.iter_mut().for_each(|value| *value /= keys as f32);
        for (at, value) in embedding.iter_mut().enumerate() {
            *value = product(&e[at * HIDDEN..][..HIDDEN], &total) * e_scale[at] + e_bias[at];
        }
    });
}
