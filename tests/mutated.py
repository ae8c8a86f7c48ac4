"""What may happen to a message on its way."""

import copy

from hypothesis import strategies as st
from lxml import etree


def pick(data: st.DataObject, root: etree._Element) -> etree._Element:
    return data.draw(st.sampled_from([*root.iter(etree.Element)]))


def rearranged(data: st.DataObject, body: bytes) -> bytes:
    """An element dropped, doubled or moved, whichever of those can be done to it."""
    root = etree.fromstring(body)
    chosen, target = pick(data, root), pick(data, root)
    if chosen is root:
        return body
    change = data.draw(st.sampled_from(["drop", "double", "move"]))
    if change == "drop":
        chosen.getparent().remove(chosen)
    elif change == "double":
        chosen.addnext(copy.deepcopy(chosen))
    elif target not in {chosen, *chosen.iterdescendants()}:
        target.append(chosen)
    return etree.tostring(root)


def reworded(data: st.DataObject, body: bytes, word: str) -> bytes:
    """The text of an element replaced, when XML can carry the word."""
    root = etree.fromstring(body)
    try:
        pick(data, root).text = word
    except ValueError:
        return body
    return etree.tostring(root)
