//! A key's name in a corpus to its class, as the browser's listener would have it.

use palet_capture::KeyClass;

/// Letters under the left hand on a QWERTY layout.
const LEFT: &[u8] = b"qwertasdfgzxcvb";

/// The class of a named key: lower-case names, or `vk` and a Windows virtual-key code. None for a name of no key.
#[must_use]
pub fn class_of_name(name: &str) -> Option<KeyClass> {
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
        "shift" | "left_shift" | "right_shift" | "ctrl" | "control" | "alt" | "alt_gr" | "windows"
        | "meta" | "caps_lock" => KeyClass::Modifier,
        "left" | "right" | "up" | "down" | "home" | "end" | "page_up" | "page_down" | "tab" | "enter"
        | "escape" => KeyClass::Navigation,
        "period" | "comma" | "quote" | "dash" | "minus" | "slash" | "semicolon" | "back_slash" | "equals"
        | "open_bracket" | "close_bracket" | "back_quote" | "num_lock" | "insert" | "scroll_lock"
        | "print_screen" | "pause" | "context_menu" | "add" | "subtract" | "multiply" | "divide"
        | "decimal" | "numpad_add" | "numpad_subtract" | "numpad_multiply" | "numpad_divide"
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
    fn a_name_of_no_key_is_told() {
        for name in ["", "vk", "vk0", "vk999", "nonsense", "f99", "numpad_x", "é"] {
            assert_eq!(code(name), None, "{name}");
        }
    }
}
