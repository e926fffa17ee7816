#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::net::TcpListener;
use std::thread;

use super::*;

/// Answers as a resolver would, with `records` as kind and data.
fn answer(asked: &[u8], code: u8, flags: u8, records: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = asked[..2].to_vec();
    let count = u8::try_from(records.len()).unwrap();
    out.extend([0x81 | flags, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
    out.extend(&asked[12..asked.len() - 11]);
    for (kind, data) in records {
        out.extend([0xc0, 12, 0, *kind, 0, 1, 0, 0, 0, 60]);
        out.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        out.extend(data);
    }
    out
}

fn pieces(texts: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for text in texts {
        out.push(u8::try_from(text.len()).unwrap());
        out.extend(text.as_bytes());
    }
    out
}

/// Answers one question by UDP, and one by TCP if there is a second answer.
fn resolver(
    by_udp: impl Fn(&[u8]) -> Vec<u8> + Send + 'static,
    by_tcp: Option<Vec<(u8, Vec<u8>)>>,
) -> Resolvers {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let listener = by_tcp.map(|records| (TcpListener::bind(address).unwrap(), records));
    thread::spawn(move || {
        let mut asked = [0; 512];
        let (length, whom) = socket.recv_from(&mut asked).unwrap();
        socket.send_to(&by_udp(&asked[..length]), whom).unwrap();
        if let Some((listener, records)) = listener {
            let (mut stream, _) = listener.accept().unwrap();
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut asked = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut asked).unwrap();
            let said = answer(&asked, 0, 0, &records);
            let length = u16::try_from(said.len()).unwrap().to_be_bytes();
            stream.write_all(&[&length[..], &said].concat()).unwrap();
        }
    });
    Resolvers::at(address)
}

#[test]
fn s25_the_texts_under_a_name_are_read() {
    let records = vec![
        (5, vec![1, b'x', 0]),
        (16, pieces(&["v=spf1 ", "mx -all"])),
        (16, pieces(&["other"])),
    ];
    let found = resolver(move |asked| answer(asked, 0, 0, &records), None).texts("a.example");
    assert_eq!(found.unwrap(), ["v=spf1 mx -all", "other"]);
    let found = resolver(|asked| answer(asked, 3, 0, &[]), None).texts("b.example.");
    assert_eq!(found, Ok(Vec::new()), "no such name");
    let found = resolver(|asked| answer(asked, 0, 0, &[]), None).texts("c.example");
    assert_eq!(found, Ok(Vec::new()), "a name without texts");
}

#[test]
fn s25_an_answer_that_is_cut_off_is_asked_for_again() {
    let long = vec![(16, pieces(&["x".repeat(255).as_str(); 9]))];
    let found = resolver(|asked| answer(asked, 0, 0b10, &[]), Some(long)).texts("a.example");
    assert_eq!(found.unwrap(), ["x".repeat(255 * 9)]);
}

#[test]
fn s25_what_does_not_fit_is_no_answer() {
    let asked = question("a.example").unwrap();
    let sent = message([7, 9], &asked);
    let good = answer(&sent, 0, 0, &[(16, pieces(&["v=spf1 -all"]))]);
    assert_eq!(read(&good, [7, 9], &asked).unwrap(), ["v=spf1 -all"]);
    assert_eq!(read(&good, [7, 8], &asked), None, "to another question");
    let other = question("b.example").unwrap();
    assert_eq!(read(&good, [7, 9], &other), None, "about another name");
    for end in 0..good.len() {
        assert_eq!(read(&good[..end], [7, 9], &asked), None, "{end}");
    }
    // Whatever one byte is, nothing breaks.
    for at in 0..good.len() {
        for byte in [0, 1, 0x3f, 0x40, 0x80, 0xc0, 0xff] {
            let mut damaged = good.clone();
            damaged[at] = byte;
            drop(read(&damaged, [7, 9], &asked));
        }
    }
    for code in [1, 2, 5] {
        let refused = answer(&sent, code, 0, &[]);
        assert_eq!(read(&refused, [7, 9], &asked), None, "{code}");
    }
    for name in [
        "",
        ".",
        "a..example",
        &"a".repeat(64),
        &"abc.".repeat(64),
        "ä.example",
    ] {
        assert_eq!(question(name), None, "{name}");
    }
}

#[test]
fn s25_nobody_who_answers_is_no_answer() {
    let deaf = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let address = deaf.local_addr().unwrap();
    drop(deaf);
    assert_eq!(Resolvers::at(address).texts("a.example"), Err(NoAnswer));
    assert!(!Resolvers::of_system().0.is_empty());
    let list =
        "# x\nsearch a.example\nnameserver 10.0.0.1\nnameserver ::1\nnameserver fe80::1%eth0\n";
    let found: Vec<String> = named(list).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["10.0.0.1:53", "[::1]:53"]);
}
