//! Exported functions, which `.dynsym` has, and others, which only `.symtab` has: of a module, an
//! implementation of a trait, a generic type, a closure.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

mod hidden {
    pub trait Shape {
        fn area(&self) -> u32;
    }

    pub struct Pair<T>(pub T, pub T);

    impl Shape for Pair<u32> {
        #[inline(never)]
        fn area(&self) -> u32 {
            self.0.wrapping_mul(self.1)
        }
    }

    impl<T: Copy + Into<u32>> Pair<T> {
        #[inline(never)]
        pub fn sum(&self) -> u32 {
            self.0.into().wrapping_add(self.1.into())
        }
    }

    #[inline(never)]
    pub fn twice(of: &mut dyn FnMut(u32) -> u32) -> u32 {
        of(1).wrapping_add(of(2))
    }
}

use hidden::{Pair, Shape};

#[no_mangle]
pub extern "C" fn names_area(a: u32, b: u32) -> u32 {
    Pair(a, b).area().wrapping_add(1)
}

#[no_mangle]
pub extern "C" fn names_sum(a: u8, b: u16) -> u32 {
    Pair(a, a).sum().wrapping_add(Pair(b, b).sum())
}

#[no_mangle]
pub extern "C" fn names_twice(a: u32) -> u32 {
    let mut count = 0u32;
    hidden::twice(&mut |b| {
        count = count.wrapping_add(b);
        a.wrapping_mul(count)
    })
}
