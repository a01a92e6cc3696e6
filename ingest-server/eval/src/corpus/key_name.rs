//! A key's name in a corpus to its class, as the browser's listener would have it.

use palet_capture::KeyClass;

/// Letters under the left hand on a QWERTY layout.
const LEFT: &[u8] = b"qwertasdfgzxcvb";

/// The class of a named key: lower-case names, `vk` and a Windows virtual-key code, or the names that browsers
/// (`KeyA`, `ShiftLeft`) and recorders (`Key.shift_r`) use. None for a name of no key.
#[must_use]
pub fn class_of_name(name: &str) -> Option<KeyClass> {
    class_of_plain_name(name).or_else(|| class_of_plain_name(&plain(name)))
}

/// A name in capitals or in several words as one in lower case, without the side of the keyboard that a key is on.
fn plain(name: &str) -> String {
    let name = name.strip_prefix("Key.").unwrap_or(name);
    let humps = name.chars().any(char::is_lowercase);
    let mut plain = String::with_capacity(name.len() + 2);
    for (at, letter) in name.chars().enumerate() {
        if at > 0 && humps && letter.is_uppercase() {
            plain.push('_');
        }
        plain.extend(if letter == ' ' { '_' } else { letter }.to_lowercase());
    }
    let begun =
        ["arrow_", "key_", "digit", "left_", "right_"].iter().find_map(|begin| plain.strip_prefix(begin));
    let whole = begun.unwrap_or(&plain);
    let sided = ["_left", "_right", "_l", "_r"].iter().find_map(|side| whole.strip_suffix(side));
    sided.unwrap_or(whole).replace("numpad", "numpad_").replace("__", "_")
}

fn class_of_plain_name(name: &str) -> Option<KeyClass> {
    if let Some(code) = name.strip_prefix("vk") {
        return code.parse().ok().filter(|code: &u8| *code > 0).map(class_of_virtual_key);
    }
    if let [letter] = name.as_bytes() {
        return class_of_character(letter.to_ascii_lowercase());
    }
    class_of_word(name)
}

const fn class_of_letter(letter: u8) -> KeyClass {
    let mut at = 0;
    while at < LEFT.len() {
        if LEFT[at] == letter {
            return KeyClass::LeftLetter;
        }
        at += 1;
    }
    KeyClass::RightLetter
}

fn class_of_character(character: u8) -> Option<KeyClass> {
    match character {
        b'a'..=b'z' => Some(class_of_letter(character)),
        b'0'..=b'9' => Some(KeyClass::Digit),
        b' ' => Some(KeyClass::Space),
        b'!'..=b'~' => Some(KeyClass::Other),
        _ => None,
    }
}

fn class_of_word(name: &str) -> Option<KeyClass> {
    let digit = name.strip_prefix("numpad_").filter(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']));
    if digit.is_some() {
        return Some(KeyClass::Digit);
    }
    Some(match name {
        "space" => KeyClass::Space,
        "backspace" | "delete" => KeyClass::Erase,
        "shift" | "left_shift" | "right_shift" | "ctrl" | "control" | "alt" | "alt_gr" | "alt_graph"
        | "windows" | "cmd" | "meta" | "os" | "caps_lock" => KeyClass::Modifier,
        "left" | "right" | "up" | "down" | "home" | "end" | "page_up" | "page_down" | "tab" | "enter"
        | "escape" | "return" | "esc" => KeyClass::Navigation,
        "period" | "comma" | "quote" | "dash" | "minus" | "slash" | "semicolon" | "back_slash" | "equals"
        | "open_bracket" | "close_bracket" | "back_quote" | "equal" | "backslash" | "backquote"
        | "bracket" | "intl_backslash" | "numpad_equal" | "numpad_comma" | "num_lock" | "insert"
        | "scroll_lock" | "print_screen" | "pause" | "context_menu" | "add" | "subtract" | "multiply"
        | "divide" | "decimal" | "numpad_add" | "numpad_subtract" | "numpad_multiply" | "numpad_divide"
        | "numpad_decimal" | "numpad_enter" => KeyClass::Other,
        _ => return function_key(name),
    })
}

fn function_key(name: &str) -> Option<KeyClass> {
    let number: u8 = name.strip_prefix('f')?.parse().ok()?;
    (1..=24).contains(&number).then_some(KeyClass::Other)
}

const fn class_of_virtual_key(code: u8) -> KeyClass {
    match code {
        65..=90 => class_of_letter(code + 32),
        48..=57 | 96..=105 => KeyClass::Digit,
        32 => KeyClass::Space,
        8 | 46 => KeyClass::Erase,
        16..=18 | 20 | 91..=92 | 160..=165 => KeyClass::Modifier,
        9 | 13 | 27 | 33..=40 => KeyClass::Navigation,
        _ => KeyClass::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> Option<u8> {
        class_of_name(name).map(|class| class as u8)
    }

    #[test]
    fn both_namings_meet_in_the_same_classes() {
        let pairs =
            [("a", "vk65"), ("p", "vk80"), ("space", "vk32"), ("backspace", "vk8"), ("shift", "vk16")];
        for (name, virtual_key) in
            pairs.into_iter().chain([("enter", "vk13"), ("numpad_7", "vk103"), ("comma", "vk188")])
        {
            assert_eq!(code(name), code(virtual_key), "{name}");
            assert!(code(name).is_some());
        }
    }

    #[test]
    fn browsers_and_recorders_names_meet_in_the_same_classes() {
        let names = [
            ("KeyA", "a"),
            ("KeyP", "p"),
            ("Digit7", "7"),
            ("Numpad7", "7"),
            ("Space", "space"),
            ("Backspace", "backspace"),
            ("ShiftLeft", "shift"),
            ("ControlRight", "ctrl"),
            ("AltGraph", "alt"),
            ("CapsLock", "shift"),
            ("ArrowUp", "up"),
            ("ArrowLeft", "left"),
            ("PageDown", "page_down"),
            ("Enter", "enter"),
            ("NumpadEnter", "numpad_enter"),
            ("BracketLeft", "open_bracket"),
            ("Period", "period"),
            ("Key.shift_r", "shift"),
            ("Key.space", "space"),
            ("Key.esc", "escape"),
            ("SPACE", "space"),
            ("LEFT_CTRL", "ctrl"),
            ("F5", "f5"),
        ];
        for (name, ours) in names {
            assert_eq!(code(name), code(ours), "{name}");
            assert!(code(ours).is_some(), "{ours}");
        }
    }

    #[test]
    fn a_name_of_no_key_is_told() {
        for name in ["", "vk", "vk0", "vk999", "nonsense", "f99", "numpad_x", "é"] {
            assert_eq!(code(name), None, "{name}");
        }
    }
}
