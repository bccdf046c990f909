//! A small search engine over invented documents. Built with legacy mangling.

mod corpus {
    /// A small generator of pseudo-random numbers, the same on every machine.
    pub struct Dice(pub u64);

    impl Dice {
        pub fn roll(&mut self, sides: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % sides
        }
    }

    #[inline(never)]
    pub fn invent_words(count: usize, dice: &mut Dice) -> Vec<String> {
        const SYLLABLES: [&str; 12] =
            ["ba", "ku", "sta", "rim", "lo", "ten", "vi", "shu", "pol", "e", "qua", "ny"];
        (0..count)
            .map(|_| (0..2 + dice.roll(4)).map(|_| SYLLABLES[dice.roll(12) as usize]).collect())
            .collect()
    }

    #[inline(never)]
    pub fn invent_document(words: &[String], dice: &mut Dice) -> String {
        let mut text = String::new();
        for _ in 0..80 + dice.roll(80) {
            let rare = dice.roll(words.len() as u64);
            text.push_str(&words[dice.roll(rare + 1) as usize]);
            text.push(if dice.roll(9) == 0 { '.' } else { ' ' });
        }
        text
    }
}

mod index {
    use std::collections::{BTreeMap, HashMap};

    pub struct Posting {
        pub document: u32,
        pub frequency: u32,
        pub length: u32,
    }

    pub trait Tokenizer {
        fn tokens<'a>(&self, text: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a>;
    }

    pub struct Letters {
        pub shortest: usize,
    }

    impl Tokenizer for Letters {
        fn tokens<'a>(&self, text: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
            let shortest = self.shortest;
            Box::new(
                text.split(|c: char| !c.is_alphanumeric()).filter(move |word| word.len() >= shortest),
            )
        }
    }

    #[derive(Default)]
    pub struct Index {
        pub words: BTreeMap<String, Vec<Posting>>,
    }

    impl Index {
        #[inline(never)]
        pub fn add(&mut self, document: u32, text: &str, tokenizer: &dyn Tokenizer) {
            let (counts, length) = count_words(text, tokenizer);
            for (word, frequency) in counts {
                let posting = Posting { document, frequency, length };
                match self.words.get_mut(word) {
                    Some(list) => list.push(posting),
                    None => {
                        self.words.insert(word.to_string(), vec![posting]);
                    }
                }
            }
        }

        #[inline(never)]
        pub fn merge(&mut self, other: Index) {
            for (word, postings) in other.words {
                self.words.entry(word).or_default().extend(postings);
            }
        }

        #[inline(never)]
        pub fn sort(&mut self) {
            self.words.values_mut().for_each(|list| {
                list.sort_by(|a, b| b.frequency.cmp(&a.frequency).then(a.document.cmp(&b.document)))
            });
        }
    }

    #[inline(never)]
    fn count_words<'a>(text: &'a str, tokenizer: &dyn Tokenizer) -> (HashMap<&'a str, u32>, u32) {
        let mut counts = HashMap::new();
        let mut length = 0;
        for word in tokenizer.tokens(text) {
            *counts.entry(word).or_insert(0) += 1;
            length += 1;
        }
        (counts, length)
    }
}

mod query {
    use super::index::Index;
    use std::collections::BTreeMap;

    #[link(name = "score")]
    extern "C" {
        fn score_postings(postings: *const [u32; 2], count: usize) -> f64;
        fn score_spelling(a: *const u8, a_length: usize, b: *const u8, b_length: usize) -> usize;
    }

    pub type Scores = BTreeMap<u32, f64>;

    pub enum Query {
        Word(String),
        Similar(String),
        Both(Box<Query>, Box<Query>),
        Either(Box<Query>, Box<Query>),
    }

    impl Query {
        #[inline(never)]
        pub fn evaluate(&self, index: &Index) -> Scores {
            match self {
                Query::Word(word) => word_scores(index, word),
                Query::Similar(word) => similar_words(index, word, 2)
                    .map(|near| word_scores(index, near))
                    .reduce(|a, b| combine(a, b, |x, y| Some(x.unwrap_or(0.0) + y.unwrap_or(0.0))))
                    .unwrap_or_default(),
                Query::Both(a, b) => {
                    combine(a.evaluate(index), b.evaluate(index), |x, y| Some(x? + y?))
                }
                Query::Either(a, b) => combine(a.evaluate(index), b.evaluate(index), |x, y| {
                    Some(x.unwrap_or(0.0).max(y.unwrap_or(0.0)))
                }),
            }
        }
    }

    #[inline(never)]
    fn word_scores(index: &Index, word: &str) -> Scores {
        let Some(list) = index.words.get(word) else { return Scores::new() };
        let pairs: Vec<_> = list.iter().map(|p| [p.frequency, p.length]).collect();
        let idf = 1.0 / (1.0 + unsafe { score_postings(pairs.as_ptr(), pairs.len()) });
        list.iter().take(120).map(|p| (p.document, idf * f64::from(p.frequency))).collect()
    }

    fn similar_words<'a>(
        index: &'a Index,
        word: &'a str,
        limit: usize,
    ) -> impl Iterator<Item = &'a str> {
        index.words.keys().map(String::as_str).filter(move |near| spelled_like(word, near, limit))
    }

    #[inline(never)]
    fn spelled_like(a: &str, b: &str, limit: usize) -> bool {
        a.len().abs_diff(b.len()) <= limit
            && unsafe { score_spelling(a.as_ptr(), a.len(), b.as_ptr(), b.len()) } <= limit
    }

    #[inline(never)]
    fn combine<F>(mut a: Scores, b: Scores, merge: F) -> Scores
    where
        F: Fn(Option<f64>, Option<f64>) -> Option<f64>,
    {
        for (document, score) in &b {
            let merged = merge(a.get(document).copied(), Some(*score));
            match merged {
                Some(score) => a.insert(*document, score),
                None => a.remove(document),
            };
        }
        a.retain(|document, score| match merge(Some(*score), b.get(document).copied()) {
            Some(_) => true,
            None => false,
        });
        a
    }
}

use corpus::Dice;
use index::{Index, Letters};
use query::Query;

#[inline(never)]
fn build_index(words: &[String], seed: u64, documents: std::ops::Range<u32>) -> Index {
    let mut index = Index::default();
    let mut dice = Dice(seed);
    for document in documents {
        index.add(document, &corpus::invent_document(words, &mut dice), &Letters { shortest: 3 });
    }
    index
}

#[inline(never)]
fn invent_query(words: &[String], dice: &mut Dice, depth: u32) -> Query {
    let word = words[dice.roll(words.len() as u64) as usize].clone();
    match dice.roll(if depth == 0 { 2 } else { 9 }) {
        0 => Query::Similar(word),
        1 => Query::Word(word),
        2 | 3 => Query::Both(
            Box::new(invent_query(words, dice, depth - 1)),
            Box::new(invent_query(words, dice, depth - 1)),
        ),
        _ => Query::Either(
            Box::new(invent_query(words, dice, depth - 1)),
            Box::new(invent_query(words, dice, depth - 1)),
        ),
    }
}

#[inline(never)]
fn answer_queries(words: &[String], index: &Index, count: usize) -> f64 {
    let mut dice = Dice(77);
    (0..count)
        .filter_map(|_| {
            let scores = invent_query(words, &mut dice, 7).evaluate(index);
            let mut ranked: Vec<_> = scores.into_iter().collect();
            ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
            ranked.first().map(|best| best.1)
        })
        .sum()
}

fn main() {
    let words = corpus::invent_words(3000, &mut Dice(42));
    let mut index = Index::default();
    std::thread::scope(|scope| {
        let builders = [0u32, 1].map(|part| {
            let words = &words;
            std::thread::Builder::new()
                .name(format!("index-{part}"))
                .spawn_scoped(scope, move || {
                    build_index(words, u64::from(part) + 9, part * 2500..(part + 1) * 2500)
                })
                .expect("a thread")
        });
        for builder in builders {
            index.merge(builder.join().expect("an index"));
        }
    });
    index.sort();
    println!("{:.3}", answer_queries(&words, &index, 96));
}
