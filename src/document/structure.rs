//! The tags of the PDF: which part of which page belongs to which element (LC-53).

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use super::layout_box::Structure;

/// A child of an element.
#[derive(Debug, Clone, Copy)]
enum Kid {
    Element(usize),
    /// Page and marked-content number.
    Content(usize, usize),
    /// A link annotation and its page.
    Annotation(ObjectId, usize),
    /// Text between links, in an element of its own.
    Span(usize),
}

/// Text between the elements within a paragraph: an element of its own, so that whoever lists the text of
/// an element before that of its children reads it in order all the same.
#[derive(Debug)]
struct Span {
    id: ObjectId,
    parent: usize,
    /// Pages and marked-content numbers.
    content: Vec<(usize, usize)>,
}

/// Builds the structure tree from the content of the pages.
pub(super) struct Tree<'a> {
    structure: &'a Structure,
    kids: Vec<Vec<Kid>>,
    reached: Vec<bool>,
    /// Object id of each element.
    ids: Vec<ObjectId>,
    /// Parent tree: entries for pages come first, then those of annotations.
    parents: Vec<Object>,
    spans: Vec<Span>,
    /// The field of the seal and its key in the parent tree.
    form: Option<(ObjectId, usize)>,
}

impl<'a> Tree<'a> {
    /// Prepares a tree; `marked` holds, per page, the element of each marked-content number.
    pub(super) fn new(pdf: &mut Document, structure: &'a Structure, marked: &[Vec<usize>]) -> Self {
        let count = structure.elements.len();
        let mut tree = Self {
            structure,
            kids: vec![Vec::new(); count],
            reached: vec![false; count],
            ids: Vec::with_capacity(count),
            parents: Vec::new(),
            spans: Vec::new(),
            form: None,
        };
        for (page, elements) in marked.iter().enumerate() {
            for (number, element) in elements.iter().enumerate() {
                tree.reach(*element);
                tree.child(*element, Kid::Content(page, number));
            }
        }
        // Only elements that were printed get an object.
        for reached in &tree.reached {
            tree.ids.push(if *reached {
                pdf.new_object_id()
            } else {
                (0, 0)
            });
        }
        tree.part(pdf);
        let mut owners: Vec<Vec<Object>> = marked
            .iter()
            .map(|elements| elements.iter().map(|one| tree.reference(*one)).collect())
            .collect();
        for span in &tree.spans {
            for (page, number) in &span.content {
                let owner = owners.get_mut(*page).and_then(|page| page.get_mut(*number));
                if let Some(owner) = owner {
                    *owner = Object::Reference(span.id);
                }
            }
        }
        tree.parents = owners.into_iter().map(Object::Array).collect();
        tree
    }

    /// Puts the text of elements with children into spans.
    fn part(&mut self, pdf: &mut Document) {
        for parent in 0..self.kids.len() {
            let Some(kids) = self.kids.get_mut(parent) else {
                continue;
            };
            let is_mixed = kids.iter().any(|kid| matches!(kid, Kid::Element(_)))
                && kids.iter().any(|kid| matches!(kid, Kid::Content(..)));
            if !is_mixed {
                continue;
            }
            let mut parted: Vec<Kid> = Vec::new();
            for kid in std::mem::take(kids) {
                let Kid::Content(page, number) = kid else {
                    parted.push(kid);
                    continue;
                };
                if let Some(Kid::Span(last)) = parted.last()
                    && let Some(span) = self.spans.get_mut(*last)
                {
                    span.content.push((page, number));
                    continue;
                }
                parted.push(Kid::Span(self.spans.len()));
                self.spans.push(Span {
                    id: pdf.new_object_id(),
                    parent,
                    content: vec![(page, number)],
                });
            }
            *kids = parted;
        }
    }

    fn child(&mut self, element: usize, kid: Kid) {
        if let Some(kids) = self.kids.get_mut(element) {
            kids.push(kid);
        }
    }

    /// Adds an element and its ancestors to the tree, in the order of first appearance.
    fn reach(&mut self, element: usize) {
        let mut element = element;
        while let Some(reached) = self.reached.get_mut(element) {
            if std::mem::replace(reached, true) {
                return;
            }
            let parent = self.structure.elements.get(element).map_or(0, |e| e.parent);
            if parent == element {
                return;
            }
            self.child(parent, Kid::Element(element));
            element = parent;
        }
    }

    fn reference(&self, element: usize) -> Object {
        self.ids
            .get(element)
            .map_or(Object::Null, |id| Object::Reference(*id))
    }

    /// Connects an annotation with its link element and returns its key in the parent tree.
    pub(super) fn annotation(&mut self, element: usize, annotation: ObjectId, page: usize) -> i64 {
        self.child(element, Kid::Annotation(annotation, page));
        self.parents.push(self.reference(element));
        (self.parents.len() - 1) as i64
    }

    /// Connects the form field on the first page with an element of its own, the last of the
    /// document.
    pub(super) fn form(&mut self, widget: ObjectId) -> i64 {
        self.form = Some((widget, self.parents.len()));
        // Replaced once the element has its object.
        self.parents.push(Object::Null);
        (self.parents.len() - 1) as i64
    }

    /// Writes the element of the form field.
    fn write_form(&mut self, pdf: &mut Document, pages: &[ObjectId]) -> Option<ObjectId> {
        let (widget, key) = self.form?;
        let element = pdf.add_object(dictionary! {
            "S" => "Form",
            "P" => self.reference(0),
            "K" => dictionary! {
                "Type" => "OBJR",
                "Pg" => pages.first().copied().unwrap_or_default(),
                "Obj" => widget,
            },
        });
        if let Some(parent) = self.parents.get_mut(key) {
            *parent = Object::Reference(element);
        }
        Some(element)
    }

    /// Writes all elements and returns the root of the structure.
    pub(super) fn write(mut self, pdf: &mut Document, pages: &[ObjectId]) -> ObjectId {
        let root = pdf.new_object_id();
        let form = self.write_form(pdf, pages);
        for (number, element) in self.structure.elements.iter().enumerate() {
            let Some(id) = self.ids.get(number).copied().filter(|id| id.0 != 0) else {
                continue;
            };
            let parent = if number == element.parent {
                Object::Reference(root)
            } else {
                self.reference(element.parent)
            };
            let mut entry = dictionary! {
                "S" => element.tag,
                "P" => parent,
            };
            if element.tag == "TH" {
                entry.set("A", dictionary! { "O" => "Table", "Scope" => "Column" });
            }
            if let Some(language) = element.language {
                let tag = super::wording::tag(language);
                entry.set("Lang", Object::string_literal(tag));
            }
            if let Some(words) = &element.alternative {
                entry.set("Alt", super::finish::words(words));
            }
            let form = form.filter(|_| number == 0);
            let kids = self.kids.get(number).map(Vec::as_slice).unwrap_or_default();
            self.write_kids(kids, &mut entry, pages, form);
            pdf.objects.insert(id, Object::Dictionary(entry));
        }
        for span in &self.spans {
            let mut entry = dictionary! { "S" => "Span", "P" => self.reference(span.parent) };
            let content = span.content.iter();
            let kids: Vec<Kid> = content
                .map(|(page, number)| Kid::Content(*page, *number))
                .collect();
            self.write_kids(&kids, &mut entry, pages, None);
            pdf.objects.insert(span.id, Object::Dictionary(entry));
        }
        let numbers = self.parents.iter().enumerate();
        let numbers: Vec<Object> = numbers
            .flat_map(|(key, value)| [Object::Integer(key as i64), value.clone()])
            .collect();
        let next = self.parents.len() as i64;
        let parents = pdf.add_object(dictionary! { "Nums" => numbers });
        let tree = dictionary! {
            "Type" => "StructTreeRoot",
            "K" => vec![self.reference(0)],
            "ParentTree" => parents,
            "ParentTreeNextKey" => next,
        };
        pdf.objects.insert(root, Object::Dictionary(tree));
        root
    }

    fn write_kids(
        &self,
        kids: &[Kid],
        entry: &mut Dictionary,
        pages: &[ObjectId],
        last: Option<ObjectId>,
    ) {
        let page_id = |page: usize| pages.get(page).copied().unwrap_or_default();
        let own = kids.iter().find_map(|kid| match kid {
            Kid::Content(page, _) => Some(*page),
            _ => None,
        });
        if let Some(page) = own {
            entry.set("Pg", page_id(page));
        }
        let mut out: Vec<Object> = kids
            .iter()
            .map(|kid| match *kid {
                Kid::Element(element) => self.reference(element),
                Kid::Content(page, mark) if Some(page) == own => Object::Integer(mark as i64),
                Kid::Content(page, mark) => Object::Dictionary(dictionary! {
                    "Type" => "MCR",
                    "Pg" => page_id(page),
                    "MCID" => mark as i64,
                }),
                Kid::Span(span) => {
                    let span = self.spans.get(span);
                    span.map_or(Object::Null, |span| Object::Reference(span.id))
                }
                Kid::Annotation(id, page) => Object::Dictionary(dictionary! {
                    "Type" => "OBJR",
                    "Pg" => page_id(page),
                    "Obj" => id,
                }),
            })
            .chain(last.map(Object::Reference))
            .collect();
        match out.len() {
            0 => {}
            1 => entry.set("K", out.remove(0)),
            _ => entry.set("K", out),
        }
    }
}
