//! The page's half of PaLet, compiled to WebAssembly: bindings around `palet-client`, without logic of their own.
//!
//! The browser's interfaces (listeners, socket, clock, painting) are called from TypeScript; what crosses the border
//! is numbers, bytes and a few short texts. Events come in once per animation frame as a block of numbers
//! ([`record`]), effects go out one by one as a code with its parts ([`note`]). Memory is wiped when it is freed
//! ([`wiping`]), so that a value that was shown does not stay behind in the module's memory.
//!
//! The crate is compiled to two modules: `session`, which every page loads, and [`fields`], which a page loads later:
//! partial forms of values that the page holds itself, and the detector of fields that nobody tagged.
//!
//! Without the standard library: its panic messages alone would outweigh the session (`docs/adr/`).
#![no_std]
extern crate alloc;

#[cfg(all(target_arch = "wasm32", feature = "session"))]
pub mod bindings;
#[cfg(feature = "fields")]
pub mod fields;
#[cfg(feature = "session")]
pub mod note;
#[cfg(target_arch = "wasm32")]
mod panic;
#[cfg(feature = "session")]
pub mod record;
pub mod wiping;

// The page allocates a few blocks a frame: a list of free ones serves it, at a third of the usual allocator's size.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: wiping::Wiping<lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator>> =
    wiping::Wiping(lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new()));
