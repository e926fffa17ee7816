// @generated automatically by Diesel CLI.

diesel::table! {
    /// What exactly was concluded (EV-01 … EV-07): copied values, text, PDF bytes, hashes. Never updated.
    agreement_documents (agreement_id) {
        agreement_id -> Uuid,
        language -> Text,
        /// All values as they were filled in: parties, chain, products, declarations.
        contents -> Jsonb,
        plain_text -> Text,
        document_hash -> Text,
        pdf -> Bytea,
        pdf_hash -> Text,
        pages -> Int4,
        remote_address -> Text,
        user_agent -> Text,
        build -> Text,
    }
}

diesel::table! {
    /// What is wrong with the lines of a file and with its scans, in their order.
    agreement_import_faults (import_id, position) {
        import_id -> Int8,
        position -> Int4,
        /// Line of the file; 0 for a scan that belongs to none.
        line -> Int4,
        /// Key of the column; empty for the line as a whole, or its scan.
        field -> Text,
        reason -> Jsonb,
    }
}

diesel::table! {
    /// Agreements that are still to be recorded; a row goes as soon as its agreement is there. Erased with the customer.
    agreement_import_rows (import_id, number) {
        import_id -> Int8,
        number -> Text,
        /// Line of the file; the head is line 1.
        line -> Int4,
        facts -> Jsonb,
        /// The PDF, byte for byte; it moves into `agreement_documents`.
        scan -> Nullable<Bytea>,
        /// Why the agreement could not be recorded after all: column and reason.
        refused -> Nullable<Jsonb>,
    }
}

diesel::table! {
    /// Files with agreements that were concluded outside the portal: looked through whole, proposed, and confirmed by a second administrator (5.8-18, S-76). The file itself is not kept.
    agreement_imports (id) {
        id -> Int8,
        file_name -> Text,
        /// Name of the archive with the scans, if one came with it.
        scans_name -> Nullable<Text>,
        uploaded_at -> Timestamptz,
        /// Empty if it came by a command.
        uploaded_by -> Nullable<Int8>,
        /// When it was looked through to its end; empty while that goes on, or if it was broken off.
        checked_at -> Nullable<Timestamptz>,
        /// What it contains and what would follow.
        figures -> Jsonb,
        proposed_at -> Nullable<Timestamptz>,
        proposed_by -> Nullable<Int8>,
        confirmed_at -> Nullable<Timestamptz>,
        confirmed_by -> Nullable<Int8>,
        run_id -> Nullable<Int8>,
    }
}

diesel::table! {
    /// Concluded agreements. Only the end and the leaving of the sub-partner are ever written to a row.
    agreements (id) {
        id -> Uuid,
        position -> Int8,
        customer_number -> Text,
        number -> Text,
        concluded_at -> Timestamptz,
        person -> Text,
        function -> Text,
        request_id -> Nullable<Uuid>,
        /// By which link it was concluded; empty if it was signed on paper (5.8-18).
        link_id -> Nullable<Uuid>,
        offer -> Jsonb,
        ended_at -> Nullable<Timestamptz>,
        how -> Nullable<Text>,
        /// Since when the sub-partner it names no longer looks after the customer (row 24).
        sub_partner_left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Announced changes of the register (C-14 … C-19, EV-12). What is confirmed keeps its words.
    announcements (id) {
        id -> Uuid,
        position -> Int8,
        reason -> Text,
        reason_en -> Text,
        starts_on -> Date,
        /// Days of the period after sending.
        days -> Int4,
        /// Who comes, who leaves, who comes for whom.
        changes -> Jsonb,
        /// The whole list before, as it was announced.
        list_before -> Nullable<Jsonb>,
        list_after -> Nullable<Jsonb>,
        drafted_at -> Timestamptz,
        drafted_by -> Int8,
        confirmed_at -> Nullable<Timestamptz>,
        confirmed_by -> Nullable<Int8>,
        run_id -> Nullable<Int8>,
    }
}

diesel::table! {
    /// What needs a person at the operator; erased with its customer, and a year after it was done.
    alerts (id) {
        id -> Int8,
        kind -> Text,
        /// About whom; empty for the portal itself.
        customer_number -> Nullable<Text>,
        /// What it is about besides the customer: an agreement, a notice, a certificate. Never a name or an address.
        subject -> Text,
        /// For what is said again as it comes nearer, for example days that are left; each stage of a subject is said once.
        stage -> Nullable<Int4>,
        raised_at -> Timestamptz,
        taken_by -> Nullable<Int8>,
        taken_at -> Nullable<Timestamptz>,
        /// Who finished it; empty while it is open, and when its cause had gone by itself.
        done_by -> Nullable<Int8>,
        done_at -> Nullable<Timestamptz>,
        note -> Nullable<Text>,
        /// Whether the audit log says that it was raised.
        raised_told -> Bool,
        /// Whether the audit log says that it is closed.
        settled_told -> Bool,
        /// What is wrong, one reason a line, where the kind does not say it all; written anew as long as it is open.
        reasons -> Text,
    }
}

diesel::table! {
    /// Systems of the provider that use the API.
    api_clients (id) {
        id -> Uuid,
        name -> Text,
        /// What it may do, as keys.
        scopes -> Array<Nullable<Text>>,
        /// From where it may call; empty: from anywhere.
        networks -> Array<Nullable<Text>>,
        /// Requests a minute that each process of the portal answers.
        per_minute -> Int4,
        created_at -> Timestamptz,
        /// Who made it; empty for one made on the command line.
        created_by -> Nullable<Int8>,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        /// To the minute.
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What clients prove themselves with; at most two of a client are valid, so that one can replace the other.
    api_tokens (id) {
        /// The readable part of the token.
        id -> Text,
        client_id -> Uuid,
        /// SHA-256 of the whole token, which is shown once and stored nowhere.
        hash -> Bytea,
        created_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Sign-ins, unknown links and reset requests, counted for throttling across processes. Account and source are keyed hashes, never plain.
    attempts (id) {
        id -> Int8,
        kind -> Text,
        account -> Text,
        source -> Text,
        succeeded -> Bool,
        at -> Timestamptz,
        /// Still being looked at: counts as failed only when nobody wrote down how it ended.
        pending -> Bool,
    }
}

diesel::table! {
    /// What the portal said about its log: every signed head it ever gave out, with the time stamp (RFC 3161) over its note.
    audit_checkpoints (size) {
        /// Number of events; the position of the newest.
        size -> Int8,
        root -> Bytea,
        /// The checkpoint as a signed note (C2SP tlog-checkpoint, signed-note).
        note -> Text,
        /// The key that checks its signature, kept so that old ones are checked after the secret was changed.
        verifier_key -> Text,
        made_at -> Timestamptz,
        /// Made once a day and stamped; the others are made for an evidence bundle.
        is_daily -> Bool,
        tries -> Int4,
        /// When the service is asked again; null when there is a stamp, none is wanted or nothing more is tried.
        next_try_at -> Nullable<Timestamptz>,
        token -> Nullable<Bytea>,
        stated_at -> Nullable<Timestamptz>,
        source -> Nullable<Text>,
    }
}

diesel::table! {
    /// What happened, who did it, how the case stood before and after (5.6-9). Append-only, hash-chained (S-80).
    audit_events (position) {
        /// 1, 2, 3 … without a gap. The primary key makes a fork of the chain impossible.
        position -> Int8,
        at -> Timestamptz,
        kind -> Text,
        actor -> Nullable<Jsonb>,
        customer_number -> Nullable<Text>,
        status_before -> Nullable<Text>,
        status_after -> Nullable<Text>,
        details -> Nullable<Jsonb>,
        /// Random, so that nobody can guess what was erased from the digest that stays.
        salt -> Nullable<Bytea>,
        /// SHA-256 of salt, actor and details; stays when those are erased.
        content_digest -> Bytea,
        /// Hash of the event before; 32 zero bytes for the first.
        previous_hash -> Bytea,
        /// SHA-256 of the previous hash, the position, all columns that stay, and the content digest.
        hash -> Bytea,
        /// The signed tombstone that names this event, once salt, actor and details were erased.
        erased_by -> Nullable<Int8>,
    }
}

diesel::table! {
    /// One row: place and hash of the newest audit event that has its position. The sequencer moves it on.
    audit_head (is_head) {
        is_head -> Bool,
        position -> Int8,
        hash -> Bytea,
    }
}

diesel::table! {
    /// Roots of whole subtrees of the log: each stands for 256 hashes of the level below, level 0 being the events.
    audit_tiles (level, number) {
        level -> Int2,
        number -> Int8,
        hash -> Bytea,
    }
}

diesel::table! {
    /// Events that are written and have no position yet. The sequencer moves them to `audit_events` in the order of their keys.
    audit_waiting (id) {
        id -> Int8,
        at -> Timestamptz,
        kind -> Text,
        actor -> Jsonb,
        customer_number -> Nullable<Text>,
        status_before -> Nullable<Text>,
        status_after -> Nullable<Text>,
        details -> Jsonb,
        salt -> Bytea,
        /// SHA-256 of salt, actor and details, as it will stand in `audit_events`.
        content_digest -> Bytea,
    }
}

diesel::table! {
    bookings (id) {
        id -> Int8,
        customer_number -> Text,
        product_code -> Text,
        /// What is booked with the product: code of each option, and from when it is gone (B5).
        options -> Jsonb,
        booked_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        /// When the end of the booking was acted upon: agreement ended, customer told (rows 19, 43, 44).
        settled_at -> Nullable<Timestamptz>,
        /// Its key in the other systems of the provider, if it has one there.
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    /// Customers a run could not write; tried again while it is open. Erased with the customer.
    bulk_run_failures (run_id, customer_number) {
        run_id -> Int8,
        customer_number -> Text,
        /// When that happened first.
        failed_at -> Timestamptz,
        tried_at -> Timestamptz,
    }
}

diesel::table! {
    /// Work over many customers, one after the other: how far each run has come.
    bulk_runs (id) {
        id -> Int8,
        kind -> Text,
        /// What it is about, by its key: an announcement, a partner, the number of a version.
        subject -> Text,
        begun_at -> Timestamptz,
        /// The first Berlin day on which it reaches anybody.
        starts_on -> Date,
        paused_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        how -> Nullable<Text>,
        /// How many customers there were at the beginning; empty if they were too many to count.
        customers -> Nullable<Int8>,
        /// The second time it looks for those who were overtaken the first time.
        round -> Int2,
        /// Every customer up to this number has been looked at in this round; empty at its beginning.
        after_number -> Nullable<Text>,
        /// Customers looked at. Those neither done nor failed needed nothing.
        seen -> Int8,
        done -> Int8,
        /// Customers that could not be written; outlasts them.
        failed -> Int8,
        /// Time spent on it, without pauses and nights.
        worked_ms -> Int8,
    }
}

diesel::table! {
    /// What of a case decides about access, written with the facts it is taken from. Can be rebuilt from them at any time.
    case_gates (number) {
        number -> Text,
        partner_id -> Nullable<Int8>,
        sub_partner_id -> Nullable<Int8>,
        /// Codes of the products in `facts`, each once.
        products -> Array<Nullable<Text>>,
        /// Bookings with their ends, and what the agreement in force covers.
        facts -> Jsonb,
    }
}

diesel::table! {
    /// What the customer list shows, written with the facts it is computed from. Can be rebuilt from them at any time.
    case_rows (number) {
        number -> Text,
        /// By what the search goes, because it holds lists of tens of thousands against each other. Never shown.
        id -> Int8,
        company -> Text,
        company_key -> Text,
        city -> Text,
        partner_id -> Nullable<Int8>,
        sub_partner_id -> Nullable<Int8>,
        products -> Text,
        status -> Text,
        reminders -> Int2,
        moment -> Nullable<Timestamptz>,
        /// When time alone changes the status; from then on the next status and moment hold.
        next_at -> Nullable<Timestamptz>,
        next_status -> Nullable<Text>,
        next_moment -> Nullable<Timestamptz>,
        /// From when the scheduler has something to do: a reminder, the end of a round, the end of a booking.
        due_at -> Nullable<Timestamptz>,
        /// Whether the agreement in force was signed on paper (5.8-18).
        on_paper -> Bool,
        /// The moment, or the end of time where there is none: what the order by date goes by.
        stands_at -> Timestamptz,
        /// All words of the customer in `case_words`, with single spaces between them.
        search_text -> Text,
    }
}

diesel::table! {
    /// Words by which a customer is found, from their beginning: company, town, postcode, number, agreements; those of the e-mail address begin with @.
    case_words (word, row_id) {
        word -> Text,
        row_id -> Int8,
        partner_id -> Nullable<Int8>,
        sub_partner_id -> Nullable<Int8>,
    }
}

diesel::table! {
    /// Each saved change of a draft, clause by clause: who wrote what since it was begun.
    clause_changes (id) {
        id -> Int8,
        version_id -> Int8,
        changed_at -> Timestamptz,
        changed_by -> Int8,
        /// Path in the folder of the version.
        file -> Text,
        clause -> Text,
        heading -> Text,
        /// Source of the clause before; empty for a new one. Both are the same where clauses changed places.
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    /// What people of the operator say about a clause of a version. They go with a draft that is deleted, and stay with a published version, for the operator alone.
    clause_comments (id) {
        id -> Int8,
        version_id -> Int8,
        /// Name of the part without language: vertrag, produkte/trunk.
        part -> Text,
        /// Key of the clause in that part.
        clause -> Text,
        /// Heading of the clause then, for comments on clauses that are gone.
        heading -> Text,
        /// The comment that this one answers. Answers are closed with it.
        answers_to -> Nullable<Int8>,
        text -> Text,
        written_at -> Timestamptz,
        written_by -> Int8,
        closed_at -> Nullable<Timestamptz>,
        closed_by -> Nullable<Int8>,
    }
}

diesel::table! {
    /// What a person typed in the form of a clause and has not saved yet; it goes when it is saved or dropped.
    clause_drafts (version_id, user_id, part, clause) {
        version_id -> Int8,
        user_id -> Int8,
        part -> Text,
        clause -> Text,
        fields -> Jsonb,
        typed_at -> Timestamptz,
    }
}

diesel::table! {
    /// The files that a draft was imported from.
    contract_import_sources (version_id, place) {
        version_id -> Int8,
        place -> Int2,
        name -> Text,
        /// The encoding that was confirmed; empty while it is told by the file itself.
        encoding -> Nullable<Text>,
        bytes -> Bytea,
    }
}

diesel::table! {
    /// A draft that was imported from texts, until it is published.
    contract_imports (version_id) {
        version_id -> Int8,
        /// The files as the last import made them: what differs in the version was changed by hand.
        base -> Jsonb,
        /// Words, notes, doubtful lines and decisions about them.
        state -> Jsonb,
    }
}

diesel::table! {
    /// Versions of the contract text: drafts, those waiting for approval, and the published ones, which never change (LC-55).
    contract_versions (id) {
        id -> Int8,
        /// As contract.toml says; empty while that cannot be read. Unique among the published ones.
        number -> Nullable<Text>,
        /// Path in the folder → text: contract.toml, de/vertrag.dj …
        files -> Jsonb,
        /// Path → who changed this file last, and when.
        touched -> Jsonb,
        /// The version a draft was copied from.
        based_on -> Nullable<Int8>,
        /// Counts every change: who decides on a version names the one that was looked at.
        revision -> Int4,
        created_at -> Timestamptz,
        /// Empty for the version that comes with the program.
        created_by -> Nullable<Int8>,
        changed_at -> Timestamptz,
        changed_by -> Nullable<Int8>,
        /// What a named person confirmed on submission: questions no program can decide, and reasons for warnings.
        confirmations -> Jsonb,
        /// Since when it waits for a second person (LC-54); empty again after it was given back.
        submitted_at -> Nullable<Timestamptz>,
        submitted_by -> Nullable<Int8>,
        approved_at -> Nullable<Timestamptz>,
        approved_by -> Nullable<Int8>,
        published_at -> Nullable<Timestamptz>,
        published_by -> Nullable<Int8>,
        /// The Berlin day from which it is offered.
        valid_from -> Nullable<Date>,
        /// SHA-256 over the files, hex.
        source_hash -> Nullable<Text>,
        /// Why it was given back to its authors the last time.
        returned -> Nullable<Text>,
        /// Keys of its product files: every case asks for them, and none should read the texts for that.
        annexes -> Jsonb,
        /// Whether contract.toml marks the text as a sample (LC-56).
        is_sample -> Bool,
    }
}

diesel::table! {
    /// What is wrong with the lines of a file, in their order.
    customer_import_faults (import_id, position) {
        import_id -> Int8,
        position -> Int4,
        line -> Int4,
        /// Key of the column; empty for the line as a whole.
        field -> Text,
        reason -> Jsonb,
    }
}

diesel::table! {
    /// Customers that are still to be added; a row goes as soon as its customer is there.
    customer_import_rows (import_id, number) {
        import_id -> Int8,
        number -> Text,
        /// Line of the file; the head is line 1.
        line -> Int4,
        facts -> Jsonb,
        /// Why the customer could not be added after all: column and reason.
        refused -> Nullable<Jsonb>,
    }
}

diesel::table! {
    /// Customers that were added quietly, and when they were asked, or needed no asking any more.
    customer_import_waiting (customer_number) {
        customer_number -> Text,
        import_id -> Int8,
        asked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Files with customers: looked through whole, then imported or not (S-76). The file itself is not kept.
    customer_imports (id) {
        id -> Int8,
        file_name -> Text,
        uploaded_at -> Timestamptz,
        /// Empty if it came by a command.
        uploaded_by -> Nullable<Int8>,
        /// When it was looked through to its end; empty while that goes on, or if it was broken off.
        checked_at -> Nullable<Timestamptz>,
        /// What it contains and what would follow.
        figures -> Jsonb,
        /// Whether the customers are not asked when they are added, but later.
        quietly -> Bool,
        started_by -> Nullable<Int8>,
        run_id -> Nullable<Int8>,
        /// How many customers are asked later on one Berlin day.
        per_day -> Nullable<Int4>,
    }
}

diesel::table! {
    /// Master data. Its row is the lock of the case: every write to a case takes it first.
    customers (number) {
        /// As the other systems of the provider write it.
        number -> Text,
        name -> Text,
        street -> Text,
        postcode -> Text,
        city -> Text,
        country -> Text,
        register -> Text,
        represented_by -> Text,
        contact -> Text,
        email -> Nullable<Text>,
        phone -> Text,
        language -> Text,
        partner_id -> Nullable<Int8>,
        sub_partner_id -> Nullable<Int8>,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        /// Number of the newest change of the master data in the system they come from, if it counts them.
        source_version -> Nullable<Int8>,
    }
}

diesel::table! {
    /// Why a customer declined, as typed (EV-10); only the operator reads it, no mail holds it (5.8-19, S-22).
    decline_reasons (request_id) {
        request_id -> Uuid,
        reason -> Text,
        declined_at -> Timestamptz,
    }
}

diesel::table! {
    /// The letter or mail a dissent came in (EV-12); only the operator reads it (5.8-19).
    dissent_files (file_id) {
        file_id -> Uuid,
        notice_id -> Uuid,
    }
}

diesel::table! {
    /// Time stamps (RFC 3161) of a foreign service over the signature of a sealed document, asked for after its conclusion. No row: not asked for yet.
    document_stamps (agreement_id) {
        agreement_id -> Uuid,
        tries -> Int4,
        /// When the service is asked again; null when there is a stamp or nothing more is tried.
        next_try_at -> Nullable<Timestamptz>,
        token -> Nullable<Bytea>,
        /// The time the stamp states.
        stated_at -> Nullable<Timestamptz>,
        source -> Nullable<Text>,
    }
}

diesel::table! {
    /// Addresses of customers that partners entered. Erased with the customer.
    entered_addresses (id) {
        id -> Uuid,
        /// The order in which they were entered.
        position -> Int8,
        customer_number -> Text,
        email -> Text,
        /// The last address no partner had entered or the operator had confirmed; told of this one, and in its place again when it is refused.
        former -> Nullable<Text>,
        entered_at -> Timestamptz,
        /// How long the former address has to stop it; NULL: it needs the operator.
        wait_hours -> Nullable<Int4>,
        /// When the server of the former address took the mail; the time runs from here.
        told_at -> Nullable<Timestamptz>,
        /// Since when it stands in the master data.
        used_from -> Nullable<Timestamptz>,
        /// Since when it neither waits nor stands there any more.
        left_at -> Nullable<Timestamptz>,
        judged_at -> Nullable<Timestamptz>,
        verdict -> Nullable<Text>,
    }
}

diesel::table! {
    /// What people uploaded (S-77). The name it had on their machine is not kept. Never updated.
    files (id) {
        id -> Uuid,
        /// By its first bytes, never by what the browser said.
        kind -> Text,
        bytes -> Bytea,
        sha256 -> Text,
        uploaded_at -> Timestamptz,
        uploaded_by -> Int8,
    }
}

diesel::table! {
    /// What a POST of a client was answered, for 48 hours: the same request gets the same answer and is done once.
    idempotency_keys (client_id, key) {
        client_id -> Uuid,
        key -> Text,
        /// SHA-256 of method and address.
        request -> Bytea,
        status -> Int2,
        answer -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who of an issuer is which user. Never found by an e-mail address.
    identities (issuer, subject) {
        /// The claim iss: the address of the issuer.
        issuer -> Text,
        /// The claim sub: by what the issuer knows the person for ever.
        subject -> Text,
        user_id -> Int8,
        connected_at -> Timestamptz,
        /// When the person last signed in with it.
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who was sent to an issuer, by the state that comes back: ten minutes, single use, and good only in the session that has the id.
    issuer_requests (id) {
        id -> Uuid,
        /// Number of the issuer in the settings.
        issuer -> Int2,
        purpose -> Text,
        user_id -> Nullable<Int8>,
        /// The invitation that is followed.
        link_id -> Nullable<Uuid>,
        /// What the token has to repeat.
        nonce -> Text,
        /// PKCE: what the code is exchanged with.
        verifier -> Text,
        /// Where to go afterwards: a path of the portal, or empty.
        way -> Text,
        /// The attempt that counts as failed until the person has come back.
        attempt_id -> Nullable<Int8>,
        valid_until -> Timestamptz,
    }
}

diesel::table! {
    /// What an issuer says of a session that began there. A session without its row, or with one that has ended, is over.
    issuer_sessions (id) {
        id -> Uuid,
        user_id -> Int8,
        issuer -> Text,
        subject -> Text,
        /// By what the issuer names its own session, if it does.
        sid -> Nullable<Text>,
        /// What the issuer is asked with, encrypted with a key that follows from the secret of the portal.
        tokens -> Text,
        began_at -> Timestamptz,
        /// When the issuer was last asked about the person.
        checked_at -> Timestamptz,
        /// When it last said that the person may come in.
        good_at -> Timestamptz,
        /// Since when it is over; it stays for a moment, so that the person can sign out at the issuer, too.
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Files that were chosen in such a form, or in one that had another field to correct.
    kept_files (id) {
        id -> Uuid,
        user_id -> Int8,
        form_id -> Nullable<Uuid>,
        field -> Text,
        /// What the file was called; to be shown, never to be used as a path.
        name -> Text,
        bytes -> Bytea,
        kept_at -> Timestamptz,
    }
}

diesel::table! {
    /// Forms that were typed in vain: given back to the same person within an hour, then forgotten. Never a password.
    kept_forms (id) {
        id -> Uuid,
        user_id -> Int8,
        /// Where the form stands.
        page -> Text,
        /// Where it was sent.
        action -> Text,
        fields -> Jsonb,
        kept_at -> Timestamptz,
    }
}

diesel::table! {
    /// Mailed consent links. The token is the id with an HMAC under the server key, so no row opens anything.
    links (id) {
        id -> Uuid,
        request_id -> Uuid,
        number -> Int2,
        sent_at -> Timestamptz,
        valid_until -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        how -> Nullable<Text>,
        /// How often the page was fetched; scanners count too.
        opened -> Int4,
    }
}

diesel::table! {
    /// Every attempt to hand a mail over, with the word of the mail server (EV-06).
    mail_attempts (id) {
        id -> Int8,
        mail_id -> Int8,
        at -> Timestamptz,
        outcome -> Text,
        reply -> Text,
    }
}

diesel::table! {
    /// Delivery reports that other mail servers sent back about a mail (RFC 3464), each once.
    mail_reports (id) {
        id -> Int8,
        mail_id -> Int8,
        at -> Timestamptz,
        verdict -> Text,
        status -> Text,
        diagnostic -> Text,
    }
}

diesel::table! {
    /// The text part of a mail as it was sent, its personal links blanked; goes with the mail (C8).
    mail_texts (mail_id) {
        mail_id -> Int8,
        text -> Text,
    }
}

diesel::table! {
    /// How the mailbox stands that is read over IMAP for what comes back: one row, or none before the first time.
    mailbox_state (id) {
        id -> Int2,
        /// Which process reads it at the moment; free again when the time of the claim is over.
        claim -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
        /// When it was last read to its end.
        read_at -> Nullable<Timestamptz>,
        /// Since when it cannot be read; empty if the last time went well.
        failing_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The outbox (S-23, EV-06): queued in the transaction that makes a mail true, kept with what was really sent.
    mails (id) {
        id -> Int8,
        /// What the mail is for; unique, so that no step is ever mailed twice.
        step -> Text,
        kind -> Jsonb,
        recipient -> Jsonb,
        customer_number -> Nullable<Text>,
        queued_at -> Timestamptz,
        next_attempt_at -> Nullable<Timestamptz>,
        attempts -> Int4,
        state -> Text,
        done_at -> Nullable<Timestamptz>,
        sent_to -> Nullable<Text>,
        subject -> Nullable<Text>,
        /// SHA-256 of the decoded text part, hex, if parts is set; of the whole message in mails sent before.
        body_hash -> Nullable<Text>,
        message_id -> Text,
        /// Last word of the mail server, or why nothing was sent.
        reply -> Nullable<Text>,
        /// Random; stands in the header X-AVV-Mail, so that a bounce finds its mail and nobody can guess another.
        mark -> Uuid,
        /// Which mail, for filters.
        kind_key -> Text,
        returned_at -> Nullable<Timestamptz>,
        /// Status and words of the bounce, addresses masked.
        returned_because -> Nullable<Text>,
        /// What was sent, part by part, the text first: content type, file name, SHA-256 of what it says once decoded (texts with single line feeds).
        parts -> Nullable<Jsonb>,
        /// Whether its time was set so that its domain does not get too many at once. Then it counts as queued at that time, too.
        has_turn -> Bool,
    }
}

diesel::table! {
    /// An announcement to one customer (EV-12). How it stands is computed from these facts and the time.
    notices (id) {
        id -> Uuid,
        announcement_id -> Uuid,
        customer_number -> Text,
        made_at -> Timestamptz,
        /// The mail with its attempts and replies; another one after a mail that came back.
        mail_id -> Nullable<Int8>,
        /// When the mail was handed over; the period counts from here.
        sent_at -> Nullable<Timestamptz>,
        /// When the mail was given up or came back.
        failed_at -> Nullable<Timestamptz>,
        period_end -> Nullable<Timestamptz>,
        dissent_at -> Nullable<Timestamptz>,
        /// The day the dissent was received, which decides whether it was in time.
        dissent_received_on -> Nullable<Date>,
        dissent_way -> Nullable<Text>,
        dissent_person -> Nullable<Text>,
        dissent_text -> Nullable<Text>,
        dissent_recorded_by -> Nullable<Int8>,
        settled_at -> Nullable<Timestamptz>,
        settled_how -> Nullable<Text>,
        settled_note -> Nullable<Text>,
    }
}

diesel::table! {
    /// The letter or mail an objection came in (EV-10); only the operator reads it (5.8-19).
    objection_files (file_id) {
        file_id -> Uuid,
        objection_id -> Int8,
    }
}

diesel::table! {
    /// Objections as they came in (EV-10); without an agreement if one came before conclusion.
    objections (id) {
        id -> Int8,
        customer_number -> Text,
        agreement_id -> Nullable<Uuid>,
        channel -> Text,
        received_on -> Date,
        note -> Text,
        recorded_at -> Timestamptz,
        recorded_by -> Int8,
    }
}

diesel::table! {
    /// How the portal looks and what its legal pages say: at most one row; no contract copies it.
    branding (id) {
        id -> Int2,
        facts -> Jsonb,
        /// The logo as browsers get it: SVG or PNG, as facts says.
        logo -> Nullable<Bytea>,
        /// The same as PNG, for mails and documents.
        logo_png -> Nullable<Bytea>,
    }
}

diesel::table! {
    /// The provider that runs the portal: one row, filled under Betrieb.
    operator (id) {
        id -> Int2,
        facts -> Jsonb,
    }
}

diesel::table! {
    /// Contracts under Art. 28(4) GDPR with partners (EV-14); the one recorded last counts, the others stay.
    partner_contracts (id) {
        id -> Int8,
        partner_id -> Int8,
        signed_on -> Date,
        /// Its last day; empty if it has no end.
        valid_until -> Nullable<Date>,
        reference -> Text,
        file_id -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
        recorded_by -> Int8,
    }
}

diesel::table! {
    /// Sales partners (Mandant) and, with a parent, sub-partners (Submandant).
    partners (id) {
        id -> Int8,
        parent_id -> Nullable<Int8>,
        name -> Text,
        street -> Text,
        postcode -> Text,
        city -> Text,
        country -> Text,
        register -> Text,
        represented_by -> Text,
        contact -> Text,
        email -> Nullable<Text>,
        phone -> Text,
        created_at -> Timestamptz,
        blocked_at -> Nullable<Timestamptz>,
        /// Why the operator blocked it (row 49); only the operator reads it.
        block_reason -> Nullable<Text>,
        /// Since when its Mandant no longer works with this sub-partner.
        deactivated_at -> Nullable<Timestamptz>,
        /// Place in the list of partners: each Mandant, then its Submandanten, by name.
        list_key -> Text,
        /// Addresses it had before, so that no customer is asked there (5.6-11).
        former_emails -> Array<Nullable<Text>>,
        /// Since when a sub-partner waits for the operator's release; empty when it can be named.
        unreleased_since -> Nullable<Timestamptz>,
        /// By what the provider's other systems and the issuers of partners name it.
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    /// What browsers were asked to sign, by the id that their session knows: five minutes, single use.
    passkey_challenges (id) {
        id -> Uuid,
        purpose -> Text,
        /// Who is asked; a visitor who signs in with a passkey alone is nobody yet.
        user_id -> Nullable<Int8>,
        /// What the answer is held against.
        state -> Bytea,
        /// The attempt that counts as failed until the answer is right.
        attempt_id -> Nullable<Int8>,
        valid_until -> Timestamptz,
    }
}

diesel::table! {
    /// Passkeys (WebAuthn): second factor of signing in, or password and second factor in one (S-36).
    passkeys (id) {
        id -> Uuid,
        user_id -> Int8,
        name -> Text,
        /// What the device calls it.
        credential -> Bytea,
        /// Random, the same for all passkeys of a person: what the device knows the account by.
        handle -> Bytea,
        /// The public key and what was said of it when it was made; no secret.
        public_key -> Bytea,
        /// Counter of the device and its flags as they were last; a counter that goes back is refused.
        counted -> Bytea,
        added_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Links to set a password: single use, one hour (S-38); invitations last longer.
    password_links (id) {
        id -> Uuid,
        user_id -> Int8,
        valid_until -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The catalogue (P-04, P-07): what is sold, what it opens, when it needs an AVV.
    products (code) {
        code -> Text,
        position -> Int2,
        facts -> Jsonb,
        /// Keys of the product files that the version in force lacked when anybody looked last; when they differ, its customers are looked at.
        lacking -> Nullable<Jsonb>,
    }
}

diesel::table! {
    /// What one administrator proposes and a second one confirms (row 33, 5.8-18). Erased with the evidence it belongs to (EV-16).
    proposals (id) {
        id -> Int8,
        customer_number -> Text,
        kind -> Text,
        details -> Jsonb,
        file_id -> Nullable<Uuid>,
        proposed_at -> Timestamptz,
        proposed_by -> Int8,
        state -> Text,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Int8>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    /// Ten for each person with a second factor, for whoever lost the device; each good once.
    recovery_codes (user_id, hash) {
        user_id -> Int8,
        /// SHA-256: a code has 80 random bits, which nobody guesses however fast the hash is.
        hash -> Text,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Answers of people and their programs to mails of the portal; erased after a year (automatic ones after thirty days), and with the customer they were filed to.
    replies (id) {
        id -> Int8,
        received_at -> Timestamptz,
        kind -> Text,
        sender -> Text,
        sender_name -> Text,
        subject -> Text,
        /// The text without markup, at most 20000 characters; attachments stay in the file and are only counted.
        body -> Text,
        attachments -> Int4,
        /// SHA-256 of what came in, hex: the same mail counts once.
        digest -> Text,
        /// The mail it says it answers.
        mail_id -> Nullable<Int8>,
        /// To whom an administrator filed it.
        customer_number -> Nullable<Text>,
        /// When it was filed or put away; empty while nobody has looked after it.
        done_at -> Nullable<Timestamptz>,
        done_by -> Nullable<Int8>,
    }
}

diesel::table! {
    /// Rounds of asking: first mail and up to three reminders (5.1).
    requests (id) {
        id -> Uuid,
        position -> Int8,
        customer_number -> Text,
        reason -> Text,
        opened_at -> Timestamptz,
        offer -> Jsonb,
        reminders -> Int2,
        undeliverable_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        /// Number of the contract version it offers.
        version -> Nullable<Text>,
    }
}

diesel::table! {
    /// Passes of periodic work that took longer than a few seconds, one row for each worker; kept for a month.
    runs (id) {
        id -> Int8,
        job -> Text,
        began_at -> Timestamptz,
        /// When the worker last said how far it is; long ago and without an end, its process died.
        seen_at -> Timestamptz,
        /// How long it worked, by a clock that nobody sets.
        seconds -> Int4,
        done -> Int8,
        failed -> Int8,
        ended -> Nullable<Text>,
    }
}

diesel::table! {
    /// Every certificate documents were sealed with, kept so that old seals are recognised after a change. The fingerprint is the SHA-256 of the certificate.
    seal_certificates (fingerprint) {
        fingerprint -> Text,
        certificate -> Bytea,
        first_used_at -> Timestamptz,
    }
}

diesel::table! {
    /// Authenticator apps: the second factor of signing in (S-36).
    second_factors (user_id) {
        user_id -> Int8,
        /// What the app knows, encrypted with a key that follows from the secret of the portal: a dump makes no codes.
        secret -> Text,
        /// Half minute since 1970 of the code that was accepted last: that one and earlier ones are not accepted again.
        last_step -> Int8,
        set_up_at -> Timestamptz,
    }
}

diesel::table! {
    /// Signed-in browsers. The id is the SHA-256 of what the cookie holds (S-30).
    sessions (id) {
        id -> Text,
        user_id -> Nullable<Int8>,
        state -> Jsonb,
        created_at -> Timestamptz,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    /// The register of general sub-processors (LC-24, LC-30). A list is what is valid on a day.
    sub_processors (id) {
        id -> Int8,
        /// Name, address, contact, service, place, mechanism, delimitation: as contracts copy them.
        facts -> Jsonb,
        valid_from -> Date,
        /// The first day on which it is not on the list any more.
        valid_until -> Nullable<Date>,
        added_by -> Nullable<Uuid>,
        removed_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    /// What was done when the portal was set up, one row for each thing; who did it stands in the log.
    setup_marks (what) {
        what -> Text,
        /// The Berlin day on which it was done last.
        on_day -> Date,
        /// Keyed hash of the mail settings with which it was done.
        settings -> Nullable<Text>,
    }
}

diesel::table! {
    /// Differences that are not in `status_totals` yet: how many customers more or less. Read by every page with counts, so it is kept short.
    status_changes (id) {
        id -> Int8,
        partner_id -> Nullable<Int8>,
        sub_partner_id -> Nullable<Int8>,
        status -> Text,
        customers -> Int8,
    }
}

diesel::table! {
    /// How many customers had each status on a day, Berlin time. All statuses of a day are written at once, also those nobody has.
    status_days (day, status) {
        day -> Date,
        status -> Text,
        customers -> Int8,
    }
}

diesel::table! {
    /// Customers by status: all of them, those of each Mandant and those of each Submandant; without what is in `status_changes`. Can be counted anew from `case_rows` at any time.
    status_totals (whose, who, status) {
        whose -> Text,
        /// Key of the partner; 0 for all, and for the customers without a Mandant.
        who -> Int8,
        status -> Text,
        customers -> Int8,
    }
}

diesel::table! {
    /// What retention erased: numbers, ids, hashes and dates, never a name or an address.
    tombstones (id) {
        id -> Int8,
        customer_number -> Text,
        /// Of which agreement the evidence was erased; empty for the customer itself.
        agreement_id -> Nullable<Uuid>,
        agreement_number -> Nullable<Text>,
        document_hash -> Nullable<Text>,
        pdf_hash -> Nullable<Text>,
        concluded_at -> Nullable<Timestamptz>,
        /// When the agreement ended, or the customer was deleted.
        ended_at -> Nullable<Timestamptz>,
        erased_at -> Timestamptz,
    }
}

diesel::table! {
    /// Words by which a user is found, from their beginning: those of the name, and of the e-mail address, which begin with @. The company is found by its own words.
    user_words (word, user_id) {
        word -> Text,
        user_id -> Int8,
    }
}

diesel::table! {
    users (id) {
        id -> Int8,
        email -> Text,
        name -> Text,
        role -> Text,
        /// What one of the operator's people is there for; says which changes the person may make.
        operator_role -> Nullable<Text>,
        partner_id -> Nullable<Int8>,
        customer_number -> Nullable<Text>,
        /// Permission "Verträge": the customer user may see the AVV and object to it.
        contracts -> Bool,
        /// Permission "Benutzerverwaltung": the user manages the other users of the own partner or customer.
        manages_users -> Bool,
        password_hash -> Nullable<Text>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
        /// Who made an administrator's account in the portal; empty for one made on the command line, which is believed at once.
        made_by -> Nullable<Int8>,
        /// When an administrator's account that was made in the portal was first signed in with.
        first_sign_in_at -> Nullable<Timestamptz>,
        confirmed_by -> Nullable<Int8>,
        /// When a third administrator confirmed who stands behind the account.
        confirmed_at -> Nullable<Timestamptz>,
        /// When the user signed in last.
        last_sign_in_at -> Nullable<Timestamptz>,
        /// What the list is narrowed to: the job of one of the operator's people, or partner, or customer.
        kind -> Text,
        /// Whether there is a row in identities, so that the user can sign in without a password.
        connected -> Bool,
        /// What the list is narrowed to: whether the user has been invited, can sign in, is locked, or was erased.
        state -> Text,
        /// Its key in the other systems of the provider, if it has one there.
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    /// Who was reached by a roll-out, once, and what became of it; erased with the customer.
    roll_out_customers (roll_out_id, customer_number) {
        roll_out_id -> Int8,
        customer_number -> Text,
        state -> Text,
        /// Why the customer was left out.
        reason -> Nullable<Text>,
        /// Since when the customer is in this state.
        at -> Timestamptz,
    }
}

diesel::table! {
    /// How many customers are in which state, written with it, so that nobody has to count. Outlasts the customers.
    roll_out_figures (roll_out_id, word, shard) {
        roll_out_id -> Int8,
        /// A state, or skipped: and the reason.
        word -> Text,
        /// Several rows per word, so that those who conclude at once do not wait for each other.
        shard -> Int2,
        customers -> Int8,
    }
}

diesel::table! {
    /// Telling customers of a contract version, or asking them to conclude it, one after the other.
    roll_outs (id) {
        id -> Int8,
        version_id -> Int8,
        /// inform: nothing is asked for (row 35); conclude: a new conclusion is (row 36).
        mode -> Text,
        /// Only customers of this Mandant.
        partner_id -> Nullable<Int8>,
        /// Only those whose agreement in force has this version.
        concluded_version -> Nullable<Text>,
        /// Only these customers; one that is erased is taken out.
        numbers -> Nullable<Array<Nullable<Text>>>,
        started_by -> Int8,
        run_id -> Int8,
    }
}

diesel::table! {
    /// Tries to deliver an event to an endpoint, kept for a month.
    webhook_deliveries (id) {
        id -> Int8,
        endpoint_id -> Uuid,
        position -> Nullable<Int8>,
        number -> Nullable<Int4>,
        event_type -> Text,
        /// Whether it was its turn, an administrator sent it again, or it was a test.
        cause -> Text,
        at -> Timestamptz,
        milliseconds -> Int4,
        status -> Nullable<Int4>,
        fault -> Nullable<Text>,
        /// The first 500 bytes of the answer.
        answer -> Text,
    }
}

diesel::table! {
    /// Endpoints of other systems, with the place in the audit log up to which each has got its events.
    webhook_endpoints (id) {
        id -> Uuid,
        url -> Text,
        /// Types of events it gets; empty: all of them.
        types -> Array<Nullable<Text>>,
        /// What its deliveries are signed with, encrypted.
        secret -> Text,
        /// The secret before, encrypted, with which deliveries are signed besides until a rotation is over.
        former_secret -> Nullable<Text>,
        former_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        created_by -> Int8,
        /// Everything of the audit log up to here was delivered, or is none of its types.
        position -> Int8,
        /// How many of the events of the next position were delivered.
        number -> Int4,
        failures -> Int4,
        /// Since when it has not taken the next event; empty if the last one arrived.
        failing_since -> Nullable<Timestamptz>,
        next_try_at -> Nullable<Timestamptz>,
        delivered_at -> Nullable<Timestamptz>,
        paused_at -> Nullable<Timestamptz>,
        paused_by -> Nullable<Int8>,
        pause_reason -> Nullable<Text>,
        /// Which worker delivers to it at the moment, so that events stay in order; free again when the time of the claim is over.
        claim -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Ends of the words in `case_words`, each word once, so that it is found by what stands inside it. A word that no customer has any more is not kept.
    word_parts (part, word) {
        part -> Text,
        word -> Text,
    }
}

diesel::joinable!(agreement_documents -> agreements (agreement_id));
diesel::joinable!(agreement_import_faults -> agreement_imports (import_id));
diesel::joinable!(agreement_import_rows -> agreement_imports (import_id));
diesel::joinable!(agreement_import_rows -> customers (number));
diesel::joinable!(agreement_imports -> bulk_runs (run_id));
diesel::joinable!(agreements -> customers (customer_number));
diesel::joinable!(agreements -> links (link_id));
diesel::joinable!(agreements -> requests (request_id));
diesel::joinable!(alerts -> customers (customer_number));
diesel::joinable!(announcements -> bulk_runs (run_id));
diesel::joinable!(api_clients -> users (created_by));
diesel::joinable!(api_tokens -> api_clients (client_id));
diesel::joinable!(bookings -> customers (customer_number));
diesel::joinable!(bookings -> products (product_code));
diesel::joinable!(bulk_run_failures -> bulk_runs (run_id));
diesel::joinable!(bulk_run_failures -> customers (customer_number));
diesel::joinable!(case_gates -> customers (number));
diesel::joinable!(case_rows -> customers (number));
diesel::joinable!(clause_changes -> contract_versions (version_id));
diesel::joinable!(clause_changes -> users (changed_by));
diesel::joinable!(clause_comments -> contract_versions (version_id));
diesel::joinable!(clause_drafts -> contract_versions (version_id));
diesel::joinable!(clause_drafts -> users (user_id));
diesel::joinable!(contract_import_sources -> contract_imports (version_id));
diesel::joinable!(contract_imports -> contract_versions (version_id));
diesel::joinable!(customer_import_faults -> customer_imports (import_id));
diesel::joinable!(customer_import_rows -> customer_imports (import_id));
diesel::joinable!(customer_import_waiting -> customer_imports (import_id));
diesel::joinable!(customer_import_waiting -> customers (customer_number));
diesel::joinable!(customer_imports -> bulk_runs (run_id));
diesel::joinable!(decline_reasons -> requests (request_id));
diesel::joinable!(dissent_files -> files (file_id));
diesel::joinable!(dissent_files -> notices (notice_id));
diesel::joinable!(document_stamps -> agreements (agreement_id));
diesel::joinable!(entered_addresses -> customers (customer_number));
diesel::joinable!(files -> users (uploaded_by));
diesel::joinable!(identities -> users (user_id));
diesel::joinable!(issuer_requests -> password_links (link_id));
diesel::joinable!(issuer_requests -> users (user_id));
diesel::joinable!(issuer_sessions -> users (user_id));
diesel::joinable!(kept_files -> kept_forms (form_id));
diesel::joinable!(kept_files -> users (user_id));
diesel::joinable!(idempotency_keys -> api_clients (client_id));
diesel::joinable!(kept_forms -> users (user_id));
diesel::joinable!(links -> requests (request_id));
diesel::joinable!(mail_attempts -> mails (mail_id));
diesel::joinable!(mail_reports -> mails (mail_id));
diesel::joinable!(mail_texts -> mails (mail_id));
diesel::joinable!(mails -> customers (customer_number));
diesel::joinable!(notices -> announcements (announcement_id));
diesel::joinable!(notices -> customers (customer_number));
diesel::joinable!(notices -> mails (mail_id));
diesel::joinable!(notices -> users (dissent_recorded_by));
diesel::joinable!(objection_files -> files (file_id));
diesel::joinable!(objection_files -> objections (objection_id));
diesel::joinable!(objections -> agreements (agreement_id));
diesel::joinable!(objections -> customers (customer_number));
diesel::joinable!(partner_contracts -> files (file_id));
diesel::joinable!(partner_contracts -> partners (partner_id));
diesel::joinable!(partner_contracts -> users (recorded_by));
diesel::joinable!(passkey_challenges -> users (user_id));
diesel::joinable!(passkeys -> users (user_id));
diesel::joinable!(password_links -> users (user_id));
diesel::joinable!(proposals -> customers (customer_number));
diesel::joinable!(proposals -> files (file_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(replies -> customers (customer_number));
diesel::joinable!(replies -> mails (mail_id));
diesel::joinable!(replies -> users (done_by));
diesel::joinable!(requests -> customers (customer_number));
diesel::joinable!(roll_out_customers -> customers (customer_number));
diesel::joinable!(roll_out_customers -> roll_outs (roll_out_id));
diesel::joinable!(roll_out_figures -> roll_outs (roll_out_id));
diesel::joinable!(roll_outs -> bulk_runs (run_id));
diesel::joinable!(roll_outs -> contract_versions (version_id));
diesel::joinable!(roll_outs -> partners (partner_id));
diesel::joinable!(roll_outs -> users (started_by));
diesel::joinable!(second_factors -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(user_words -> users (user_id));
diesel::joinable!(users -> customers (customer_number));
diesel::joinable!(users -> partners (partner_id));
diesel::joinable!(webhook_deliveries -> webhook_endpoints (endpoint_id));

diesel::allow_tables_to_appear_in_same_query!(
    agreement_documents,
    agreement_import_faults,
    agreement_import_rows,
    agreement_imports,
    agreements,
    announcements,
    api_clients,
    api_tokens,
    alerts,
    attempts,
    audit_checkpoints,
    audit_events,
    audit_head,
    audit_tiles,
    audit_waiting,
    bookings,
    branding,
    bulk_run_failures,
    bulk_runs,
    case_gates,
    case_rows,
    case_words,
    clause_changes,
    clause_comments,
    clause_drafts,
    contract_import_sources,
    contract_imports,
    contract_versions,
    customer_import_faults,
    customer_import_rows,
    customer_import_waiting,
    customer_imports,
    customers,
    decline_reasons,
    dissent_files,
    document_stamps,
    entered_addresses,
    files,
    idempotency_keys,
    identities,
    issuer_requests,
    issuer_sessions,
    kept_files,
    kept_forms,
    links,
    mail_attempts,
    mail_reports,
    mail_texts,
    mailbox_state,
    mails,
    notices,
    objection_files,
    objections,
    operator,
    partner_contracts,
    partners,
    passkey_challenges,
    passkeys,
    password_links,
    products,
    proposals,
    recovery_codes,
    replies,
    requests,
    roll_out_customers,
    roll_out_figures,
    roll_outs,
    runs,
    seal_certificates,
    second_factors,
    sessions,
    setup_marks,
    sub_processors,
    status_changes,
    status_days,
    status_totals,
    tombstones,
    user_words,
    users,
    webhook_deliveries,
    webhook_endpoints,
    word_parts,
);
