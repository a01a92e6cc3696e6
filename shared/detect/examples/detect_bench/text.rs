//! Text made for measuring: prose with now and then a sensitive value, log lines, and inputs made to be slow.

/// A small generator (xorshift64*), so that every run measures the same text.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

const WORDS: &[&str] = &[
    "the",
    "customer",
    "asked",
    "about",
    "a",
    "payment",
    "that",
    "was",
    "booked",
    "twice",
    "and",
    "the",
    "branch",
    "answered",
    "within",
    "an",
    "hour",
    "please",
    "confirm",
    "your",
    "new",
    "address",
    "before",
    "Friday",
    "or",
    "call",
    "us",
    "statement",
    "für",
    "größere",
    "Beträge",
    "café",
    "naïve",
    "résumé",
    "Überweisung",
    "interest",
    "rate",
    "of",
    "mortgage",
    "was",
    "changed",
    "last",
    "month",
    "thank",
    "you",
    "kind",
    "regards",
    "account",
    "manager",
    "to",
    "in",
    "on",
    "is",
    "not",
    "yet",
    "been",
    "received",
    "by",
    "our",
    "team",
];

/// Prose in which one word of thirty is a number, a date or a sensitive value, and one line of ten is of a log.
pub(crate) fn mixed(bytes: usize, seed: u64) -> String {
    let mut random = Random(seed);
    let mut text = String::with_capacity(bytes + 256);
    while text.len() < bytes {
        if random.below(10) == 0 {
            log_line(&mut text, &mut random);
        } else {
            sentence(&mut text, &mut random);
        }
    }
    text
}

fn sentence(text: &mut String, random: &mut Random) {
    for _ in 0..8 + random.below(14) {
        match random.below(30) {
            0 => value(text, random),
            _ => text.push_str(WORDS[random.below(WORDS.len())]),
        }
        text.push(' ');
    }
    text.pop();
    text.push_str(".\n");
}

fn value(text: &mut String, random: &mut Random) {
    match random.below(12) {
        0 => text.push_str("4111 1111 1111 1111"),
        1 => text.push_str("DE89 3704 0044 0532 0130 00"),
        2 => text.push_str("anna.example@bank.example.com"),
        3 => text.push_str("+44 20 7946 0958"),
        4 => text.push_str("078-05-1123"),
        5 => text.push_str("192.168.17.3"),
        6 => text.push_str("EUR 1,250.00"),
        7 => text.push_str("2024-11-03"),
        _ => text.push_str(&random.digits(9)),
    }
}

fn log_line(text: &mut String, random: &mut Random) {
    let (second, thread, token) = (random.digits(2), random.digits(3), random.digits(8));
    text.push_str("2024-11-03T10:15:");
    text.push_str(&second);
    text.push_str(".118Z INFO thread=");
    text.push_str(&thread);
    text.push_str(" path=/api/v1/payments/");
    text.push_str(&token);
    text.push_str(" status=200 took_ms=");
    text.push_str(&thread);
    text.push('\n');
}

/// Inputs made to be slow: each repeats a piece that begins many candidates and finishes none.
pub(crate) const HOSTILE: &[(&str, &str)] = &[
    ("digits", "1234567890"),
    ("groups of digits", "11 22 33 "),
    ("nines in threes", "911 911 911 "),
    ("letters", "aaaaaaaaaa"),
    ("at signs", "a@a.a"),
    ("local parts", "a.!#"),
    ("colons", "1:2::"),
    ("hexadecimal groups", "ffff:"),
    ("card groups", "4111-1111-"),
    ("bank numbers", "DE89 3704 "),
    ("fiscal letters", "RSSMRA"),
    ("address prefixes", "13bc1"),
    ("brackets", "((((+1("),
    ("hyphens", "-----BEGIN "),
    ("private keys", "-----BEGIN PRIVATE KEY-----\n"),
    ("tokens", "eyJhbGciOiJ."),
    ("labels", "password: "),
    ("context", "card 123456789 "),
    ("wide letters", "ßßßß"),
    ("wide spaces", "1\u{2003}"),
];
