//! Vectors of floats as wide as the machine has them, chosen when the program runs.
//!
//! The one file with `unsafe`: intrinsics cannot be called otherwise where the machine is known only at run time.
#![allow(unsafe_code, reason = "vector intrinsics")]

/// Several floats that are computed on together.
pub trait Lanes: Copy {
    /// How many.
    const N: usize;
    /// The same number in each lane.
    fn splat(value: f32) -> Self;
    /// `N` values.
    ///
    /// # Safety
    /// So many must be readable.
    unsafe fn read(from: *const f32) -> Self;
    /// Writes all lanes to the front of a slice that has room for them.
    fn store(self, to: &mut [f32]);
    /// `self + a * b`, rounded once where the machine can.
    fn add_product(self, a: Self, b: Self) -> Self;
    /// Lane by lane.
    fn add(self, other: Self) -> Self;
    /// Lane by lane.
    fn mul(self, other: Self) -> Self;
    /// Lane by lane.
    fn max(self, other: Self) -> Self;
    /// Lane by lane.
    fn min(self, other: Self) -> Self;

    /// The first `N` values of a slice that has so many.
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        let from = &from[..Self::N];
        // SAFETY: just checked.
        unsafe { Self::read(from.as_ptr()) }
    }

    /// `X` vectors, `step` floats from one to the next.
    #[inline(always)]
    fn load_apart<const X: usize>(from: &[f32], step: usize) -> [Self; X] {
        let from = &from[..(X - 1) * step + Self::N];
        let mut vectors = [Self::splat(0.0); X];
        for (at, vector) in vectors.iter_mut().enumerate() {
            // SAFETY: just checked for the last of them.
            *vector = unsafe { Self::read(from.as_ptr().add(at * step)) };
        }
        vectors
    }

    /// Writes as many lanes as the slice has room for.
    #[inline(always)]
    fn store_some(self, to: &mut [f32]) {
        if to.len() >= Self::N {
            return self.store(to);
        }
        let mut all = [0.0; WIDEST];
        self.store(&mut all);
        to.copy_from_slice(&all[..to.len()]);
    }
}

/// The most lanes any machine has here.
pub const WIDEST: usize = 16;

/// A loop nest written once for every width. `TILE` is how many sums of two vectors fit in the registers.
pub trait Kernel {
    /// Runs it. Must be inlined, so that it is compiled for the machine that [`dispatch`] found.
    fn run<V: Lanes, const TILE: usize>(self);
}

#[cfg(target_arch = "x86_64")]
mod machine {
    use std::arch::x86_64::*;

    use super::{Kernel, Lanes};

    macro_rules! lanes {
        ($name:ident, $vector:ty, $n:literal, $splat:ident, $fma:ident, $add:ident, $mul:ident,
         $max:ident, $min:ident) => {
            #[derive(Clone, Copy)]
            pub struct $name($vector);

            // SAFETY of every call below: `dispatch` alone brings this type into play, after it has found that the
            // machine has the instructions; stores check the slice's length first.
            impl Lanes for $name {
                const N: usize = $n;
                #[inline(always)]
                fn splat(value: f32) -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $splat(value) })
                }
                #[inline(always)]
                unsafe fn read(from: *const f32) -> Self {
                    // SAFETY: see above and the trait.
                    Self(unsafe { from.cast::<$vector>().read_unaligned() })
                }
                #[inline(always)]
                fn store(self, to: &mut [f32]) {
                    let to = &mut to[..$n];
                    // SAFETY: see above.
                    unsafe { to.as_mut_ptr().cast::<$vector>().write_unaligned(self.0) }
                }
                #[inline(always)]
                fn add_product(self, a: Self, b: Self) -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $fma(a.0, b.0, self.0) })
                }
                #[inline(always)]
                fn add(self, other: Self) -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $add(self.0, other.0) })
                }
                #[inline(always)]
                fn mul(self, other: Self) -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $mul(self.0, other.0) })
                }
                #[inline(always)]
                fn max(self, other: Self) -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $max(self.0, other.0) })
                }
                #[inline(always)]
                fn min(self, other: Self) -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $min(self.0, other.0) })
                }
            }
        };
    }

    lanes!(
        Avx512,
        __m512,
        16,
        _mm512_set1_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        _mm512_mul_ps,
        _mm512_max_ps,
        _mm512_min_ps
    );
    lanes!(
        Avx2,
        __m256,
        8,
        _mm256_set1_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        _mm256_mul_ps,
        _mm256_max_ps,
        _mm256_min_ps
    );

    #[target_feature(enable = "avx512f")]
    fn avx512<K: Kernel>(kernel: K) {
        kernel.run::<Avx512, 8>();
    }

    #[target_feature(enable = "avx2,fma")]
    fn avx2<K: Kernel>(kernel: K) {
        kernel.run::<Avx2, 6>();
    }

    /// Runs `kernel` with the widest vectors there are.
    pub fn dispatch<K: Kernel>(kernel: K) {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the machine has it.
            unsafe { avx512(kernel) }
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the machine has both.
            unsafe { avx2(kernel) }
        } else {
            kernel.run::<super::portable::Four, 4>();
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod machine {
    use std::arch::wasm32::*;

    use super::{Kernel, Lanes};

    #[derive(Clone, Copy)]
    pub struct Simd128(v128);

    impl Lanes for Simd128 {
        const N: usize = 4;
        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self(f32x4_splat(value))
        }
        #[inline(always)]
        unsafe fn read(from: *const f32) -> Self {
            // SAFETY: see the trait; WebAssembly loads need no alignment.
            Self(unsafe { v128_load(from.cast()) })
        }
        #[inline(always)]
        fn store(self, to: &mut [f32]) {
            let to = &mut to[..4];
            // SAFETY: the slice has room for four floats.
            unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
        }
        #[inline(always)]
        fn add_product(self, a: Self, b: Self) -> Self {
            Self(f32x4_add(self.0, f32x4_mul(a.0, b.0)))
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(f32x4_add(self.0, other.0))
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self(f32x4_mul(self.0, other.0))
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            // One instruction on every processor, unlike `f32x4_max`; differs from it for NaN only.
            Self(f32x4_pmax(other.0, self.0))
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            Self(f32x4_pmin(other.0, self.0))
        }
    }

    /// Runs `kernel` with the vectors of WebAssembly.
    pub fn dispatch<K: Kernel>(kernel: K) {
        kernel.run::<Simd128, 4>();
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
mod machine {
    use super::Kernel;

    /// Runs `kernel` with vectors the compiler makes of arrays.
    pub fn dispatch<K: Kernel>(kernel: K) {
        kernel.run::<super::portable::Four, 4>();
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod portable {
    use std::array::from_fn;

    use super::Lanes;

    /// For any machine.
    #[derive(Clone, Copy)]
    pub struct Four([f32; 4]);

    impl Lanes for Four {
        const N: usize = 4;
        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self([value; 4])
        }
        #[inline(always)]
        unsafe fn read(from: *const f32) -> Self {
            // SAFETY: see the trait.
            Self(unsafe { from.cast::<[f32; 4]>().read() })
        }
        #[inline(always)]
        fn store(self, to: &mut [f32]) {
            to[..4].copy_from_slice(&self.0);
        }
        #[inline(always)]
        fn add_product(self, a: Self, b: Self) -> Self {
            Self(from_fn(|lane| self.0[lane] + a.0[lane] * b.0[lane]))
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane] + other.0[lane]))
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane] * other.0[lane]))
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane].max(other.0[lane])))
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane].min(other.0[lane])))
        }
    }
}

pub use machine::dispatch;

/// How many floats a vector has on this machine.
pub fn width() -> usize {
    struct Ask<'a>(&'a mut usize);
    impl Kernel for Ask<'_> {
        #[inline(always)]
        fn run<V: Lanes, const TILE: usize>(self) {
            *self.0 = V::N;
        }
    }
    let mut width = 0;
    dispatch(Ask(&mut width));
    width
}
