//! Bookmarks and the metadata packet.

use lopdf::{Document, Object, ObjectId, dictionary};

use super::Frame;
use super::layout_box::Bookmark;
use super::pages::Spot;
use crate::domain::Language;

/// A bookmark with its place in the tree.
struct Node {
    id: ObjectId,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// Writes the bookmarks as a tree by their levels; none if there are none.
pub(super) fn outline(
    pdf: &mut Document,
    bookmarks: &[(Bookmark, Spot)],
    destination: impl Fn(Spot) -> Vec<Object>,
    words: impl Fn(&str) -> Object,
) -> Option<ObjectId> {
    let nodes = nest(pdf, bookmarks);
    let root = pdf.new_object_id();
    let top: Vec<usize> = (0..nodes.len())
        .filter(|index| nodes.get(*index).is_some_and(|node| node.parent.is_none()))
        .collect();
    let id = |index: &usize| nodes.get(*index).map(|node| node.id);
    let (first, last) = (top.first().and_then(id)?, top.last().and_then(id)?);
    for (index, (node, (bookmark, spot))) in nodes.iter().zip(bookmarks).enumerate() {
        let siblings = node
            .parent
            .and_then(|parent| nodes.get(parent))
            .map_or(&top, |p| &p.children);
        let parent = node.parent.as_ref().and_then(id).unwrap_or(root);
        let at = siblings
            .iter()
            .position(|sibling| *sibling == index)
            .unwrap_or(0);
        let mut entry = dictionary! {
            "Title" => words(&bookmark.title),
            "Parent" => parent,
            "Dest" => destination(*spot),
        };
        if let Some(id) = at
            .checked_sub(1)
            .and_then(|at| siblings.get(at))
            .and_then(id)
        {
            entry.set("Prev", id);
        }
        if let Some(id) = siblings.get(at + 1).and_then(id) {
            entry.set("Next", id);
        }
        if let (Some(first), Some(last)) = (
            node.children.first().and_then(id),
            node.children.last().and_then(id),
        ) {
            entry.set("First", first);
            entry.set("Last", last);
            // Negative means that it is closed at first.
            entry.set("Count", -(node.children.len() as i64));
        }
        pdf.objects.insert(node.id, Object::Dictionary(entry));
    }
    let entry = dictionary! {
        "Type" => "Outlines",
        "First" => first,
        "Last" => last,
        "Count" => top.len() as i64,
    };
    pdf.objects.insert(root, Object::Dictionary(entry));
    Some(root)
}

fn nest(pdf: &mut Document, bookmarks: &[(Bookmark, Spot)]) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::with_capacity(bookmarks.len());
    let mut open: Vec<(u8, usize)> = Vec::new();
    for (index, (bookmark, _)) in bookmarks.iter().enumerate() {
        while open
            .last()
            .is_some_and(|(level, _)| *level >= bookmark.level)
        {
            open.pop();
        }
        let parent = open.last().map(|(_, index)| *index);
        if let Some(parent) = parent.and_then(|parent| nodes.get_mut(parent)) {
            parent.children.push(index);
        }
        nodes.push(Node {
            id: pdf.new_object_id(),
            parent,
            children: Vec::new(),
        });
        open.push((bookmark.level, index));
    }
    nodes
}

/// What `pdfuaid` means, which PDF/A wants to have said of every property it does not know itself.
const UNIVERSAL: &str = "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n\
     <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n\
     <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\n\
     <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\n\
     <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\n\
     <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">\n\
     <pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\n\
     <pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>\n\
     </rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>";

/// Metadata as XMP, with the same values as the info dictionary.
pub(super) fn xmp(frame: &Frame, second: Option<Language>) -> String {
    let languages: String = std::iter::once(frame.language)
        .chain(second)
        .map(|language| format!("<rdf:li>{}</rdf:li>", super::wording::tag(language)))
        .collect();
    let created = frame.created.format("%Y-%m-%dT%H:%M:%SZ");
    format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">\n\
         <pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
         <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n\
         <dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{subject}</rdf:li></rdf:Alt></dc:description>\n\
         <dc:language><rdf:Bag>{languages}</rdf:Bag></dc:language>\n\
         <xmp:CreateDate>{created}</xmp:CreateDate><xmp:ModifyDate>{created}</xmp:ModifyDate>\n\
         <xmp:CreatorTool>avv-portal</xmp:CreatorTool><pdf:Producer>avv-portal with genpdf</pdf:Producer>\n\
         </rdf:Description>\n{UNIVERSAL}</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>",
        title = escape(&frame.title),
        author = escape(&frame.operator_name),
        subject = escape(&super::wording::footer(frame)),
    )
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in super::text::clean(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}
