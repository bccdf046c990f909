// Writes a small profile with fxprof-processed-profile, Mozilla's own writer of the format.
use fxprof_processed_profile::{
    CategoryColor, CpuDelta, Frame, FrameFlags, FrameInfo, LibraryInfo, Profile,
    ReferenceTimestamp, SamplingInterval, Symbol, SymbolTable, Timestamp,
};
use std::str::FromStr;
use std::sync::Arc;

fn main() {
    let start = Timestamp::from_millis_since_reference(0.0);
    let epoch = ReferenceTimestamp::from_millis_since_unix_epoch(0.0);
    let mut profile = Profile::new("sample", epoch, SamplingInterval::from_millis(1));
    let native = profile.add_category("Native", CategoryColor::Blue);
    let process = profile.add_process("prism", 4711, start);
    let thread = profile.add_thread(process, 4711, start, true);
    profile.set_thread_name(thread, "prism");
    let symbol = |address, name: &str| Symbol {
        address,
        size: None,
        name: name.into(),
    };
    let symbols = vec![symbol(0x1000, "main"), symbol(0x1200, "work")];
    let library = profile.add_lib(LibraryInfo {
        name: "prism".into(),
        debug_name: "prism".into(),
        path: "/opt/prism".into(),
        debug_path: "/opt/prism".into(),
        debug_id: debugid::DebugId::from_str("33221100554477668899AABBCCDDEEFF0").unwrap(),
        code_id: Some("00112233445566778899aabbccddeeff01234567".into()),
        arch: None,
        symbol_table: Some(Arc::new(SymbolTable::new(symbols))),
    });
    profile.add_lib_mapping(process, library, 0x7f0000000000, 0x7f0000010000, 0);
    let label = profile.intern_string("prism-4711/4711");
    let other = fxprof_processed_profile::CategoryHandle::OTHER;
    let root = FrameInfo {
        frame: Frame::Label(label),
        category_pair: other.into(),
        flags: FrameFlags::empty(),
    };
    let code = |address| FrameInfo {
        frame: Frame::AdjustedReturnAddress(address),
        category_pair: native.into(),
        flags: FrameFlags::empty(),
    };
    let (main, work) = (0x7f0000001033, 0x7f0000001234);
    for (frames, weight) in [
        (vec![root.clone(), code(main)], 1),
        (vec![root.clone(), code(main), code(work)], 3),
    ] {
        let stack = profile.intern_stack_frames(thread, frames.into_iter());
        profile.add_sample(thread, start, stack, CpuDelta::ZERO, weight);
    }
    profile.set_symbolicated(true);
    println!("{}", serde_json::to_string_pretty(&profile).unwrap());
}
