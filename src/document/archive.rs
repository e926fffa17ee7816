//! Additions for archiving (PDF/A-3): colour profile, attached files, and the field that holds the
//! seal.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::RenderError;
use super::colour::srgb_profile;
use super::finish::words;
use super::packing::{LASTING, Packer, deflated, packed};
use super::structure::Tree;

/// A file embedded in the PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name, in ASCII.
    pub name: &'static str,
    /// Media type, such as `application/json`.
    pub media_type: &'static str,
    /// A description in the document's language.
    pub description: String,
    /// Its relation to the document.
    pub relation: Relation,
    /// Content of the file.
    pub content: Vec<u8>,
}

/// The relation of an attached file to the document (`AFRelationship`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The facts the document states, for machines.
    Data,
    /// The same text in another form.
    Alternative,
}

impl Relation {
    fn name(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Alternative => "Alternative",
        }
    }
}

/// Adds the colour profile to the catalog.
pub(super) fn output_intent(
    pdf: &mut Document,
    catalog: &mut Dictionary,
) -> Result<(), RenderError> {
    let profile = packed(dictionary! { "N" => 3 }, packed_profile()?.to_vec());
    let profile = pdf.add_object(profile);
    let intent = pdf.add_object(dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => Object::string_literal("sRGB IEC61966-2.1"),
        "Info" => Object::string_literal("sRGB IEC61966-2.1"),
        "RegistryName" => Object::string_literal("http://www.color.org"),
        "DestOutputProfile" => profile,
    });
    catalog.set("OutputIntents", vec![Object::Reference(intent)]);
    Ok(())
}

/// The colour profile, compressed once per process.
fn packed_profile() -> Result<&'static [u8], RenderError> {
    static PROFILE: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    PROFILE
        .get_or_init(|| {
            let packed = Packer::new(LASTING).pack(&srgb_profile());
            packed.map_err(|error| error.to_string())
        })
        .as_deref()
        .map_err(|error| RenderError::Write(std::io::Error::other(error.clone())))
}

/// Adds attached files to the catalog; their names must ascend.
pub(super) fn attach(
    pdf: &mut Document,
    catalog: &mut Dictionary,
    attachments: &[Attachment],
    at: DateTime<Utc>,
) -> Result<(), RenderError> {
    if attachments.is_empty() {
        return Ok(());
    }
    let (mut names, mut all) = (Vec::new(), Vec::new());
    for file in attachments {
        let entries = dictionary! {
            "Type" => "EmbeddedFile",
            "Subtype" => file.media_type,
            "Params" => dictionary! {
                "Size" => i64::try_from(file.content.len()).unwrap_or(i64::MAX),
                "ModDate" => words(&at.format("D:%Y%m%d%H%M%SZ").to_string()),
            },
        };
        let stream = pdf.add_object(deflated(entries, &file.content)?);
        let name = Object::string_literal(file.name);
        let entry = pdf.add_object(dictionary! {
            "Type" => "Filespec",
            "F" => name.clone(),
            "UF" => name.clone(),
            "Desc" => words(&file.description),
            "AFRelationship" => file.relation.name(),
            "EF" => dictionary! { "F" => stream, "UF" => stream },
        });
        names.extend([name, Object::Reference(entry)]);
        all.push(Object::Reference(entry));
    }
    catalog.set(
        "Names",
        dictionary! { "EmbeddedFiles" => dictionary! { "Names" => names } },
    );
    catalog.set("AF", all);
    Ok(())
}

/// The field for the seal: on the first page, without size, part of the logical structure.
pub(super) struct Field {
    /// The annotation on the first page.
    pub(super) widget: ObjectId,
    /// The object that will hold the signature.
    pub(super) value: ObjectId,
}

impl Field {
    /// Makes the field; `value` is filled in after everything else is written.
    pub(super) fn new(
        pdf: &mut Document,
        tree: &mut Tree<'_>,
        page: ObjectId,
        value: ObjectId,
        label: &str,
    ) -> Self {
        let widget = pdf.new_object_id();
        let parent = tree.form(widget);
        // An empty appearance, because readers warn about a field without one.
        let nothing = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Form",
            "BBox" => vec![0.into(), 0.into(), 0.into(), 0.into()],
            "Resources" => Dictionary::new(),
        };
        let appearance = pdf.add_object(Stream::new(nothing, Vec::new()));
        let entry = dictionary! {
            "Type" => "Annot",
            "Subtype" => "Widget",
            "FT" => "Sig",
            "T" => words("Siegel"),
            "TU" => words(label),
            "Contents" => words(label),
            "V" => value,
            "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
            // The flags "printed" and "locked".
            "F" => 132,
            "P" => page,
            "AP" => dictionary! { "N" => appearance },
            "StructParent" => parent,
        };
        pdf.objects.insert(widget, Object::Dictionary(entry));
        Self { widget, value }
    }

    /// Adds field and seal to the catalog.
    pub(super) fn enter(&self, catalog: &mut Dictionary) {
        catalog.set(
            "AcroForm",
            dictionary! { "Fields" => vec![Object::Reference(self.widget)], "SigFlags" => 3 },
        );
        catalog.set("Perms", dictionary! { "DocMDP" => self.value });
    }
}
