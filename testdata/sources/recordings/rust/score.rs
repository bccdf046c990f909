//! libscore.so: ranking and spelling distance behind a C interface. Built with v0 mangling.
#![crate_type = "cdylib"]

pub mod rank {
    /// How much one word in one document counts.
    pub trait Model {
        fn weight(&self, frequency: f64, length: f64) -> f64;
    }

    pub struct Bm25 {
        pub average_length: f64,
    }

    pub struct Cosine;

    impl Model for Bm25 {
        #[inline(never)]
        fn weight(&self, frequency: f64, length: f64) -> f64 {
            let damped = 1.2 * (0.25 + 0.75 * length / self.average_length);
            frequency * 2.2 / (frequency + damped)
        }
    }

    impl Model for Cosine {
        #[inline(never)]
        fn weight(&self, frequency: f64, length: f64) -> f64 {
            frequency / length.sqrt()
        }
    }

    #[inline(never)]
    pub fn total<M: Model, const DAMPING: usize>(model: &M, postings: &[[u32; 2]]) -> f64 {
        postings.iter().fold(0.0, |sum, &[frequency, length]| {
            sum + model.weight(f64::from(frequency), f64::from(length)) / DAMPING as f64
        })
    }
}

pub mod spelling {
    /// Letters to insert, remove or replace to make `b` of `a`, words cut at `N` letters.
    #[inline(never)]
    pub fn distance<const N: usize>(a: &[u8], b: &[u8]) -> usize {
        let (a, b) = (&a[..a.len().min(N)], &b[..b.len().min(N)]);
        let mut rows = [[0usize; 64]; 2];
        for (j, cell) in rows[0].iter_mut().enumerate().take(b.len() + 1) {
            *cell = j;
        }
        for i in 0..a.len() {
            let (above, row) = split(&mut rows, i);
            fill_row(above, row, a[i], b, i);
        }
        rows[a.len() % 2][b.len()]
    }

    #[inline(never)]
    fn fill_row(above: &[usize; 64], row: &mut [usize; 64], letter: u8, b: &[u8], i: usize) {
        row[0] = i + 1;
        for j in 0..b.len() {
            let replaced = above[j] + usize::from(letter != b[j]);
            row[j + 1] = replaced.min(row[j] + 1).min(above[j + 1] + 1);
        }
    }

    fn split(rows: &mut [[usize; 64]; 2], i: usize) -> (&[usize; 64], &mut [usize; 64]) {
        let [even, odd] = rows;
        if i % 2 == 0 { (even, odd) } else { (odd, even) }
    }
}

/// # Safety
/// `postings` points at `count` pairs of frequency and length.
#[no_mangle]
pub unsafe extern "C" fn score_postings(postings: *const [u32; 2], count: usize) -> f64 {
    let postings = unsafe { std::slice::from_raw_parts(postings, count) };
    let bm25 = rank::Bm25 { average_length: 120.0 };
    rank::total::<_, 1>(&bm25, postings) + rank::total::<_, 4>(&rank::Cosine, postings)
}

/// # Safety
/// `a` and `b` point at that many bytes.
#[no_mangle]
pub unsafe extern "C" fn score_spelling(
    a: *const u8,
    a_length: usize,
    b: *const u8,
    b_length: usize,
) -> usize {
    let (a, b) = unsafe {
        (std::slice::from_raw_parts(a, a_length), std::slice::from_raw_parts(b, b_length))
    };
    spelling::distance::<24>(a, b)
}
