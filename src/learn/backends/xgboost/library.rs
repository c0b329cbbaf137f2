//! libxgboost's C interface (XGBoost documentation, "C API"), as far as we call it. Its handles
//! are freed when dropped, and what it is handed lives longer than the call.

#![expect(
    unsafe_code,
    reason = "a C library can be called in no other way; nothing else is unsafe"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulong, c_void};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use libloading::Library;

use crate::learn::backends::LearnFault;

/// As the loader searches them, in its own folders.
const USUAL_NAMES: [&str; 3] = ["libxgboost.so", "libxgboost.so.0", "libxgboost.dylib"];

type Handle = *mut c_void;
/// C's `bst_ulong`: 64 bits on every machine.
type Size = u64;

/// Its functions. The library stays loaded to the end: OpenMP's threads do not survive its leave.
pub(super) struct Api {
    _library: ManuallyDrop<Library>,
    last_error: unsafe extern "C" fn() -> *const c_char,
    table: unsafe extern "C" fn(*const f32, Size, Size, f32, *mut Handle, c_int) -> c_int,
    table_floats: unsafe extern "C" fn(Handle, *const c_char, *const f32, Size) -> c_int,
    free_table: unsafe extern "C" fn(Handle) -> c_int,
    create: unsafe extern "C" fn(*const Handle, Size, *mut Handle) -> c_int,
    free: unsafe extern "C" fn(Handle) -> c_int,
    set: unsafe extern "C" fn(Handle, *const c_char, *const c_char) -> c_int,
    set_texts: unsafe extern "C" fn(Handle, *const c_char, *const *const c_char, Size) -> c_int,
    update: unsafe extern "C" fn(Handle, c_int, Handle) -> c_int,
    evaluate: Evaluate,
    slice: unsafe extern "C" fn(Handle, c_int, c_int, c_int, *mut Handle) -> c_int,
    predict: Predict,
    save: unsafe extern "C" fn(Handle, *const c_char, *mut Size, *mut *const c_char) -> c_int,
    load: unsafe extern "C" fn(Handle, *const c_void, Size) -> c_int,
}

type Evaluate = unsafe extern "C" fn(
    Handle,
    c_int,
    *const Handle,
    *const *const c_char,
    Size,
    *mut *const c_char,
) -> c_int;

type Predict =
    unsafe extern "C" fn(Handle, Handle, c_int, c_uint, c_int, *mut Size, *mut *const f32) -> c_int;

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("libxgboost")
    }
}

impl Api {
    /// From `path` alone if one is given, else by its usual names.
    pub(super) fn load(path: Option<&str>) -> Result<Self, LearnFault> {
        // Sizes below are C's `unsigned long` in older headers; both are 64 bits where we run.
        const { assert!(size_of::<c_ulong>() == size_of::<Size>() || cfg!(windows)) };
        let tried: Vec<&str> = path.map_or_else(|| USUAL_NAMES.to_vec(), |path| vec![path]);
        for name in &tried {
            // SAFETY: the library's initialisers are those of libstdc++ and OpenMP, or of what
            // the user named as libxgboost.
            if let Ok(library) = unsafe { Library::new(*name) } {
                return Self::of(library).map_err(|fault| LearnFault::Backend {
                    backend: super::NAME,
                    why: format!("`{name}` is no libxgboost: {fault}"),
                });
            }
        }
        Err(LearnFault::NoLibrary { tried: tried.join(", ") })
    }

    fn of(library: Library) -> Result<Self, libloading::Error> {
        let library = ManuallyDrop::new(library);
        // SAFETY: the types are those of XGBoost's `c_api.h`, unchanged since its version 1.1.
        unsafe {
            Ok(Self {
                last_error: *library.get(b"XGBGetLastError\0")?,
                table: *library.get(b"XGDMatrixCreateFromMat_omp\0")?,
                table_floats: *library.get(b"XGDMatrixSetFloatInfo\0")?,
                free_table: *library.get(b"XGDMatrixFree\0")?,
                create: *library.get(b"XGBoosterCreate\0")?,
                free: *library.get(b"XGBoosterFree\0")?,
                set: *library.get(b"XGBoosterSetParam\0")?,
                set_texts: *library.get(b"XGBoosterSetStrFeatureInfo\0")?,
                update: *library.get(b"XGBoosterUpdateOneIter\0")?,
                evaluate: *library.get(b"XGBoosterEvalOneIter\0")?,
                slice: *library.get(b"XGBoosterSlice\0")?,
                predict: *library.get(b"XGBoosterPredict\0")?,
                save: *library.get(b"XGBoosterSaveModelToBuffer\0")?,
                load: *library.get(b"XGBoosterLoadModelFromBuffer\0")?,
                _library: library,
            })
        }
    }

    /// 0 is fine; else its message, which belongs to this thread.
    fn check(&self, code: c_int) -> Result<(), LearnFault> {
        if code == 0 {
            return Ok(());
        }
        // SAFETY: a text that ends, and stays until this thread's next call.
        let text = unsafe { CStr::from_ptr((self.last_error)()) }.to_string_lossy();
        // The first line says what; a stack trace follows.
        let why = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        Err(LearnFault::Backend { backend: super::NAME, why })
    }
}

/// A `DMatrix`.
#[derive(Debug)]
pub(super) struct Table {
    api: Arc<Api>,
    handle: Handle,
}

impl Table {
    /// `values` row by row; NaN is missing. They are copied.
    pub(super) fn new(
        api: &Arc<Api>,
        values: &[f32],
        n_rows: usize,
        n_columns: usize,
    ) -> Result<Self, LearnFault> {
        assert_eq!(values.len(), n_rows * n_columns, "a table is whole");
        let mut handle = null_mut();
        let (rows, columns) = (n_rows as Size, n_columns as Size);
        // SAFETY: the length was checked just now.
        let code =
            unsafe { (api.table)(values.as_ptr(), rows, columns, f32::NAN, &raw mut handle, 1) };
        api.check(code)?;
        Ok(Self { api: Arc::clone(api), handle })
    }

    /// `label` or `weight`; one a row, which it checks.
    pub(super) fn set(&mut self, field: &str, values: &[f32]) -> Result<(), LearnFault> {
        let (field, n) = (text(field)?, values.len() as Size);
        // SAFETY: `n` values are there, and are copied.
        let code =
            unsafe { (self.api.table_floats)(self.handle, field.as_ptr(), values.as_ptr(), n) };
        self.api.check(code)
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: ours alone, and freed once. It cannot fail on a valid handle.
        unsafe { (self.api.free_table)(self.handle) };
    }
}

/// A `Booster`.
#[derive(Debug)]
pub(super) struct BoosterHandle {
    api: Arc<Api>,
    handle: Handle,
}

// SAFETY: a booster has no ties to the thread that made it; it is used by one at a time (`&mut`, or
// behind a lock).
unsafe impl Send for BoosterHandle {}

impl BoosterHandle {
    pub(super) fn new(api: &Arc<Api>, train: &Table) -> Result<Self, LearnFault> {
        Self::create(api, &[train.handle])
    }

    fn create(api: &Arc<Api>, tables: &[Handle]) -> Result<Self, LearnFault> {
        let mut handle = null_mut();
        let first = if tables.is_empty() { null() } else { tables.as_ptr() };
        // SAFETY: as many handles as are told, all alive.
        let code = unsafe { (api.create)(first, tables.len() as Size, &raw mut handle) };
        api.check(code)?;
        Ok(Self { api: Arc::clone(api), handle })
    }

    /// `json` must be a sound model: see `Boosted::read`.
    pub(super) fn read(api: &Arc<Api>, json: &[u8]) -> Result<Self, LearnFault> {
        let mut booster = Self::create(api, &[])?;
        booster.set("nthread", "1")?;
        booster.set("verbosity", "0")?;
        // SAFETY: the buffer is as long as told and only read.
        let code = unsafe {
            (api.load)(booster.handle, json.as_ptr().cast::<c_void>(), json.len() as Size)
        };
        api.check(code)?;
        Ok(booster)
    }

    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<(), LearnFault> {
        let (key, value) = (text(key)?, text(value)?);
        // SAFETY: texts that end, and are copied.
        let code = unsafe { (self.api.set)(self.handle, key.as_ptr(), value.as_ptr()) };
        self.api.check(code)
    }

    pub(super) fn name_columns(&mut self, names: &[String]) -> Result<(), LearnFault> {
        let field = text("feature_name")?;
        let names: Vec<CString> = names.iter().map(|name| text(name)).collect::<Result<_, _>>()?;
        let pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
        let n = pointers.len() as Size;
        // SAFETY: `n` texts that end, and are copied.
        let code =
            unsafe { (self.api.set_texts)(self.handle, field.as_ptr(), pointers.as_ptr(), n) };
        self.api.check(code)
    }

    pub(super) fn update(&mut self, round: u32, train: &Table) -> Result<(), LearnFault> {
        // SAFETY: both handles are alive.
        let code = unsafe { (self.api.update)(self.handle, round as c_int, train.handle) };
        self.api.check(code)
    }

    /// The last metric of `watched`.
    pub(super) fn evaluate(&mut self, round: u32, watched: &Table) -> Result<f64, LearnFault> {
        let (name, mut out) = (text("watched")?, null());
        let (names, tables) = ([name.as_ptr()], [watched.handle]);
        let round = round as c_int;
        // SAFETY: one table and one name, as told.
        let code = unsafe {
            let (tables, names) = (tables.as_ptr(), names.as_ptr());
            (self.api.evaluate)(self.handle, round, tables, names, 1, &raw mut out)
        };
        self.api.check(code)?;
        // SAFETY: a text that ends, and stays until the booster's next call.
        let line = unsafe { CStr::from_ptr(out) }.to_string_lossy();
        // As "[3]\twatched-rmse:0.25".
        let value = line.rsplit(':').next().and_then(|number| number.trim().parse().ok());
        value.ok_or_else(|| LearnFault::Backend {
            backend: super::NAME,
            why: format!("it evaluates to `{line}`"),
        })
    }

    pub(super) fn first_rounds(&self, n: u32) -> Result<Self, LearnFault> {
        let mut handle = null_mut();
        // SAFETY: the handle is alive; the new one is its own.
        let code = unsafe { (self.api.slice)(self.handle, 0, n as c_int, 1, &raw mut handle) };
        self.api.check(code)?;
        Ok(Self { api: Arc::clone(&self.api), handle })
    }

    pub(super) fn predict(&self, table: &Table) -> Result<Vec<f32>, LearnFault> {
        let (mut n, mut out) = (0, null());
        // SAFETY: both handles are alive, and no other thread uses this booster.
        let code = unsafe {
            let (n, out) = (&raw mut n, &raw mut out);
            (self.api.predict)(self.handle, table.handle, 0, 0, 0, n, out)
        };
        self.api.check(code)?;
        // SAFETY: `n` values that stay until the booster's next call.
        Ok(unsafe { slice_of(out, n) }.to_vec())
    }

    pub(super) fn save(&mut self) -> Result<Vec<u8>, LearnFault> {
        let (how, mut n, mut out) = (text(r#"{"format":"json"}"#)?, 0, null::<c_char>());
        // SAFETY: the handle is alive, and the text ends.
        let code = unsafe { (self.api.save)(self.handle, how.as_ptr(), &raw mut n, &raw mut out) };
        self.api.check(code)?;
        // SAFETY: `n` bytes that stay until the booster's next call.
        Ok(unsafe { slice_of(out.cast::<u8>(), n) }.to_vec())
    }
}

impl Drop for BoosterHandle {
    fn drop(&mut self) {
        // SAFETY: ours alone, and freed once. It cannot fail on a valid handle.
        unsafe { (self.api.free)(self.handle) };
    }
}

/// # Safety
/// `n` values are at `first`, unless it is null.
unsafe fn slice_of<'a, T>(first: *const T, n: Size) -> &'a [T] {
    if first.is_null() || n == 0 {
        return &[];
    }
    // SAFETY: as told by the caller.
    unsafe { std::slice::from_raw_parts(first, n as usize) }
}

fn text(text: &str) -> Result<CString, LearnFault> {
    CString::new(text).map_err(|_| LearnFault::Backend {
        backend: super::NAME,
        why: format!("`{}` holds a zero byte", text.escape_debug()),
    })
}
