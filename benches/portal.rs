//! The cost of a page view and of a conclusion without the database: `./dev bench`.
#![expect(
    missing_docs,
    reason = "the macros of criterion make public items without words"
)]

use std::hint::black_box;

use avv_portal::contract::sample::sample_conclusion;
use avv_portal::contract::{Contract, Values, html, sample_values, text};
use avv_portal::document::seal::{self, Sealer};
use avv_portal::document::{Extras, Frame, evidence, render, render_sealed};
use avv_portal::domain::case::{
    Booking, Case, Customer, DecisionContext, Event, NewIds, Partner, decide, status_of,
};
use avv_portal::domain::product::{Module, Product};
use avv_portal::domain::{
    AddressId, AgreementId, CustomerNumber, Holidays, Language, LinkId, PartnerId, RequestId,
};
use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()
}

fn context(key: u128) -> DecisionContext {
    DecisionContext {
        now: now(),
        new_ids: NewIds {
            request: RequestId(Uuid::from_u128(key)),
            link: LinkId(Uuid::from_u128(key)),
            agreement: AgreementId(Uuid::from_u128(key)),
            address: AddressId(Uuid::from_u128(key)),
        },
    }
}

/// A customer with two products that was asked and has not answered.
fn asked() -> Case {
    let values = sample_values(Language::De, false);
    let module = Module {
        key: "centraflex".into(),
        name: "Tengo Centraflex".into(),
        name_en: None,
        gated: true,
    };
    let product = Product {
        code: "centraflex".into(),
        name: "Tengo Centraflex".into(),
        name_en: None,
        short_name: "Centraflex".into(),
        portal_administered: Some(true),
        personal_data: Some(true),
        requires_avv: true,
        module,
        options: Vec::new(),
        retired: false,
    };
    let mut case = Case {
        customer: Customer {
            number: CustomerNumber::from(4711),
            party: values.customer,
            language: Language::De,
            deleted_at: None,
        },
        catalogue: vec![product],
        bookings: vec![Booking {
            product: "centraflex".into(),
            options: Vec::new(),
            booked_at: now(),
            ends_at: None,
            settled_at: None,
        }],
        partner: values.partner.map(|party| Partner {
            id: PartnerId(1),
            parent: None,
            party,
            blocked_at: None,
            deactivated_at: None,
            unreleased_since: None,
        }),
        sub_partner: None,
        current_version: "1.0".into(),
        holidays: Holidays::default(),
        agreements: Vec::new(),
        requests: Vec::new(),
        entered: Vec::new(),
    };
    if let Ok(changes) = decide(&case, &Event::AskedByHand, context(1)) {
        case.apply(&changes, now());
    }
    case
}

fn rules(c: &mut Criterion) {
    let case = asked();
    assert_eq!(case.requests.len(), 1, "the customer was asked");
    let later = now() + chrono::TimeDelta::days(16);
    c.bench_function("standing", |b| {
        b.iter(|| status_of(black_box(&case), black_box(later)))
    });
    let due = DecisionContext {
        now: later,
        ..context(2)
    };
    assert!(
        decide(&case, &Event::StepDue, due).is_ok(),
        "a reminder is due"
    );
    c.bench_function("decide reminder", |b| {
        b.iter(|| decide(black_box(&case), &Event::StepDue, due))
    });
}

fn documents(c: &mut Criterion) {
    let Ok(contract) = Contract::embedded() else {
        unreachable!("the shipped text is free of faults");
    };
    let draft = sample_values(Language::De, true);
    let hash = text::hash(&contract.resolve(&draft, Language::De));
    let values = Values {
        conclusion: Some(sample_conclusion(Language::De, &hash)),
        ..draft
    };
    c.bench_function("contract page", |b| {
        b.iter(|| html::article(&contract.resolve(black_box(&values), Language::De)))
    });
    let document = contract.resolve(&values, Language::De);
    let frame = Frame {
        number: "AVV-2026-4711-1".into(),
        version: document.version.clone(),
        date: document.date,
        customer_number: "4711".into(),
        document_hash: hash,
        draft: false,
        language: Language::De,
        created: now(),
        operator_name: values.operator.party.name.clone(),
        title: "Auftragsverarbeitungsvertrag".into(),
        online: "https://avv.beispielnetz.example/vertrag/1.0?sprache=de".into(),
    };
    let mut group = c.benchmark_group("document");
    group.sample_size(10);
    group.bench_function("contract PDF", |b| {
        b.iter(|| render(black_box(&document), black_box(&frame)))
    });
    let Ok(sealer) = Sealer::make_pem(now()).and_then(|(key, pem)| Sealer::from_pem(&key, &pem))
    else {
        unreachable!("a fresh key seals");
    };
    let wording = text::plain(&document);
    let attachments = evidence::attachments("{}", &wording, Language::De);
    let extras = Extras {
        attachments: &attachments,
        sealer: &sealer,
    };
    group.bench_function("contract PDF, sealed", |b| {
        b.iter(|| render_sealed(black_box(&document), black_box(&frame), extras))
    });
    let Ok(sealed) = render_sealed(&document, &frame, extras) else {
        unreachable!("it was sealed a moment ago");
    };
    let known = sealer.certificates();
    group.bench_function("check of a sealed PDF", |b| {
        b.iter(|| seal::check(black_box(&sealed.bytes), &known))
    });
    group.finish();
}

criterion_group!(benches, rules, documents);
criterion_main!(benches);
