//! The module's allocator: memory is overwritten when it is freed, so that a clear value, a token or a key that passed
//! through leaves no copy behind in the page's linear memory.
//!
//! An allocator cannot be written without `unsafe`; this file adds nothing to the inner one but the overwriting.
#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::hint::black_box;

/// An allocator that wipes what it takes back.
pub struct Wiping<Inner>(pub Inner);

// SAFETY: every call is passed on to the inner allocator with the caller's own layout; the overwriting happens before
// the block is given back and stays inside of it. `realloc` is the trait's own: allocate, copy, give back (and wipe).
unsafe impl<Inner: GlobalAlloc> GlobalAlloc for Wiping<Inner> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, passed on.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller owns `layout.size()` bytes at `block` until this returns.
        unsafe {
            block.write_bytes(0, layout.size());
            self.0.dealloc(black_box(block), layout);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;
    use core::ptr::null_mut;

    /// Hands out one buffer and never takes it back, so that a test may look at it afterwards.
    struct Kept([Cell<u8>; 64]);

    // SAFETY: one block at a time, no larger than the buffer, as the tests ask for.
    unsafe impl GlobalAlloc for Kept {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            if layout.size() <= 64 { self.0.as_ptr().cast_mut().cast() } else { null_mut() }
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[test]
    fn what_was_freed_is_wiped_and_nothing_beyond_it() {
        let wiping = Wiping(Kept([const { Cell::new(0xA5) }; 64]));
        let layout = Layout::from_size_align(32, 1).unwrap();
        // SAFETY: the block is freed once, with its own layout.
        unsafe {
            let block = wiping.alloc(layout);
            wiping.dealloc(block, layout);
        }
        let bytes = wiping.0.0.each_ref().map(Cell::get);
        assert_eq!(bytes[..32], [0; 32]);
        assert_eq!(bytes[32..], [0xA5; 32]);
    }
}
