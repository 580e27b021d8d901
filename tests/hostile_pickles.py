"""Pickles that try to do more than hold data. Each is a function from the path of a canary file.

Those in RUNS create that file when Python's own reader opens them; the tests show that they do.
The others would fill the memory, loop, import, or reach into the program. None may do anything
when this package opens it.
"""

import io
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

Payload = Callable[[Path], bytes]


def text(value: str) -> bytes:
    """A step that pushes text."""
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, attribute: str) -> bytes:
    """A step that pushes what a module calls so."""
    return f"c{module}\n{attribute}\n".encode()


def stacked_name(module: str, attribute: str) -> bytes:
    """The same as newer protocols do it; the attribute may have dots in it."""
    return text(module) + text(attribute) + b"\x93"


def code(canary: Path) -> str:
    """Python that creates the canary."""
    return f"open({str(canary)!r}, 'w').close()"


def shell(canary: Path) -> str:
    """A command that creates the canary."""
    return f"touch '{canary}'"


def called(function: bytes, *arguments: bytes) -> bytes:
    """A step that calls."""
    return function + b"(" + b"".join(arguments) + b"tR"


def system(canary: Path) -> bytes:
    """os.system creates the canary, as a step inside something else."""
    return called(name("os", "system"), text(shell(canary)))


def whole(body: bytes, protocol: int = 2) -> bytes:
    return b"\x80" + bytes([protocol]) + body + b"."


# ---------------------------------------------------------------- those that run code


def global_system(canary: Path) -> bytes:
    return whole(system(canary))


def protocol_0_system(canary: Path) -> bytes:
    return b"cos\nsystem\n(S" + repr(shell(canary)).encode() + b"\ntR."


def stacked_exec(canary: Path) -> bytes:
    return whole(called(stacked_name("builtins", "exec"), text(code(canary))), 4)


def python_2_eval(canary: Path) -> bytes:
    return whole(called(name("__builtin__", "eval"), text(code(canary))))


def old_instance(canary: Path) -> bytes:
    """INST makes an object of a class: this class opens a file."""
    return b"(S" + repr(str(canary)).encode() + b"\nilogging\nFileHandler\n."


def old_object(canary: Path) -> bytes:
    """OBJ does the same."""
    return whole(b"(" + name("logging", "FileHandler") + text(str(canary)) + b"o")


def new_object(canary: Path) -> bytes:
    """No call at all: `bytes` walks through a `map` over `exec`."""
    lazily = name("builtins", "map") + name("builtins", "exec")
    lazily += b"(" + text(code(canary)) + b"l\x86\x81"
    return whole(name("builtins", "bytes") + lazily + b"\x85\x81", 3)


def new_object_with_names(canary: Path) -> bytes:
    lazily = name("builtins", "map") + name("builtins", "exec")
    lazily += b"(" + text(code(canary)) + b"l\x86}\x92"
    return whole(name("builtins", "bytes") + lazily + b"\x85}\x92", 4)


def state_is_a_function(canary: Path) -> bytes:
    """BUILD gives an object a `__setstate__` of its own, then sets its state."""
    holder = name("argparse", "Namespace") + b")\x81"
    mine = b"}" + text("__setstate__") + name("os", "system") + b"sb"
    return whole(holder + mine + text(shell(canary)) + b"b")


def attribute_of_an_allowed_module(canary: Path) -> bytes:
    """A dotted name: from NumPy to the modules that NumPy itself has imported."""
    dotted = stacked_name("numpy", "lib._npyio_impl.os.system")
    return whole(called(dotted, text(shell(canary))), 4)


def getattr_chain(canary: Path) -> bytes:
    modules = called(name("builtins", "__import__"), text("os"))
    found = called(name("builtins", "getattr"), modules, text("system"))
    return whole(called(found, text(shell(canary))), 3)


def partial(canary: Path) -> bytes:
    bound = called(name("functools", "partial"), name("os", "system"), text(shell(canary)))
    return whole(called(bound))


def registered_extension(canary: Path) -> bytes:
    """EXT1: a number that stands for a name; the test registers 240 for os.system."""
    return whole(called(b"\x82\xf0", text(shell(canary))))


def pickle_in_a_pickle(canary: Path) -> bytes:
    inner = whole(system(canary))
    return whole(called(name("pickle", "loads"), b"B" + struct.pack("<I", len(inner)) + inner), 3)


def array_file(canary: Path) -> bytes:
    """numpy.load opens a second file, whose objects are a pickle."""
    beside = canary.with_name("inner.npy")
    inner = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        inner, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    beside.write_bytes(inner.getvalue() + whole(system(canary)))
    return whole(called(name("numpy", "load"), text(str(beside)), b"N", b"\x88"))


def inside_an_object_array(canary: Path) -> bytes:
    """An array of objects, one of which is a call."""
    hole = "a hole of this very length"
    made = pickle.dumps(np.array([hole, None], object), 2)
    at = made.index(text(hole))
    return made[:at] + system(canary) + made[at + len(text(hole)) :]


def inside_type_metadata(canary: Path) -> bytes:
    """The type of an array may carry anything along; here, a call."""
    kind = called(name("numpy", "dtype"), text("f8"), b"\x89", b"\x88")
    state = b"(K\x04" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"
    return whole(kind + state + b"}" + text("a") + system(canary) + b"stb")


def copyreg_maker(canary: Path) -> bytes:
    """What old protocols use for objects: here, of a class that opens a file when it is made."""
    base = name("builtins", "object")
    maker = called(name("copyreg", "_reconstructor"), name("logging", "Handler"), base, b"N")
    return whole(maker + b"0" + called(name("logging", "FileHandler"), text(str(canary))), 3)


def default_factory(canary: Path) -> bytes:
    """A dictionary that calls for every missing key; the key comes from a second call."""
    made = called(name("collections", "defaultdict"), name("functools", "partial"))
    return whole(made + b"0" + system(canary))


def code_object(canary: Path) -> bytes:
    """A function put together from its code, as some tools pickle functions."""
    compiled = called(name("builtins", "compile"), text(code(canary)), text("x"), text("exec"))
    function = called(name("types", "FunctionType"), compiled, b"}")
    return whole(called(function), 3)


RUNS: dict[str, Payload] = {
    "a global name that is called": global_system,
    "the same in protocol 0": protocol_0_system,
    "a name from the stack": stacked_exec,
    "a name of Python 2": python_2_eval,
    "an instance of protocol 0": old_instance,
    "an object of protocol 1": old_object,
    "a new object without any call": new_object,
    "a new object with named arguments": new_object_with_names,
    "a state that is a function": state_is_a_function,
    "a dotted name in an allowed module": attribute_of_an_allowed_module,
    "attributes fetched one by one": getattr_chain,
    "a call that was prepared": partial,
    "a registered extension": registered_extension,
    "a pickle inside a pickle": pickle_in_a_pickle,
    "a second file of arrays": array_file,
    "a call inside an array of objects": inside_an_object_array,
    "a call inside the type of an array": inside_type_metadata,
    "a maker of old objects": copyreg_maker,
    "a dictionary with a factory": default_factory,
    "a function made from its code": code_object,
}


# ---------------------------------------------------------------- those that do something else


def subclass_of_array(canary: Path) -> bytes:
    made = pickle.dumps(np.zeros(2), 2)
    return made.replace(b"cnumpy\nndarray\n", b"cnumpy\nmatrix\n")


def another_class_as_array(canary: Path) -> bytes:
    """An allowed maker with an argument that is not meant for it."""
    maker = name("numpy._core.multiarray", "_reconstruct")
    return whole(called(maker, name("numpy", "dtype"), b"K\x00\x85", b"C\x01b"), 3)


def list_of_the_program(canary: Path) -> bytes:
    """APPEND to a list that belongs to the program: where it looks for modules."""
    return whole(name("sys", "path") + text(str(canary)) + b"a")


def persistent(canary: Path) -> bytes:
    return b"P" + str(canary).encode() + b"\n."


def persistent_binary(canary: Path) -> bytes:
    return whole(text(str(canary)) + b"Q")


def buffer_from_outside(canary: Path) -> bytes:
    return whole(b"\x97", 5)


def read_only_buffer(canary: Path) -> bytes:
    return whole(b"C\x01a\x98", 5)


def laughs(canary: Path) -> bytes:
    """Twenty lists, each six times in the next: a tree of 10^15 leaves in 400 bytes."""
    body = b"]q\x00"
    for i in range(20):
        body += b"](" + b"h" + bytes([i]) + (b"h" + bytes([i])) * 5 + b"eq" + bytes([i + 1])
    return whole(body)


def announced_bytes(canary: Path) -> bytes:
    return whole(b"\x8e" + struct.pack("<Q", 1 << 60) + b"abc", 4)


def announced_text(canary: Path) -> bytes:
    return whole(b"X\xff\xff\xff\xffabc")


def announced_frame(canary: Path) -> bytes:
    return whole(b"\x95" + struct.pack("<Q", 1 << 50) + b"N", 4)


def negative_length(canary: Path) -> bytes:
    return whole(b"T\xff\xff\xff\xffabc", 1)


def huge_number(canary: Path) -> bytes:
    return whole(b"\x8b" + struct.pack("<i", 1 << 20) + b"\x7f" * (1 << 20))


def huge_number_in_digits(canary: Path) -> bytes:
    return b"L" + b"9" * 4000 + b"L\n."


def far_memory(canary: Path) -> bytes:
    """Asks for a table of four thousand million places."""
    return whole(b"]r\xff\xff\xff\xff")


def marks(canary: Path) -> bytes:
    """Nothing but opened brackets."""
    return whole(b"(" * 60_000)


def empty_lists(canary: Path) -> bytes:
    """One byte of file, sixty bytes of memory, again and again."""
    return whole(b"(" + b"]" * 60_000 + b"l")


def deep(canary: Path) -> bytes:
    """A list in a list in a list: too deep for whoever walks it by recursion."""
    return whole(b"]" * 5000 + b"a" * 4999)


def itself(canary: Path) -> bytes:
    return whole(b"]q\x00h\x00a")


def itself_in_a_dictionary(canary: Path) -> bytes:
    return whole(b"}q\x00" + text("a") + b"h\x00s")


def bytes_by_number(canary: Path) -> bytes:
    """An allowed maker that, asked so, would make an array of a million million zeros."""
    return whole(called(name("builtins", "bytearray"), b"\x8a\x06\x00\x00\x00\x00\x00\x10"), 3)


def codec_by_name(canary: Path) -> bytes:
    """Python imports a module of the name of an unknown codec."""
    return whole(called(name("_codecs", "encode"), text("a"), text("antigravity")))


def array_of_parts(canary: Path) -> bytes:
    return pickle.dumps(np.zeros(2, [("a", "f8"), ("b", "O")]), 2)


def array_type_by_text(canary: Path) -> bytes:
    return whole(called(name("numpy", "dtype"), text("O,f8,V999999999"), b"\x89", b"\x88"))


def array_too_large(canary: Path) -> bytes:
    made = pickle.dumps(np.zeros((2, 3), "u1"), 3)
    return made.replace(b"K\x02K\x03\x86", b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86")


def array_of_nothing(canary: Path) -> bytes:
    """Words of no letters take no bytes: a million million of them would fit."""
    made = pickle.dumps(np.zeros(2, "S1"), 3)
    return made.replace(text("S1"), text("S0"))


def single_object(canary: Path) -> bytes:
    """NumPy's maker of single values, asked for an object."""
    kind = called(name("numpy", "dtype"), text("O8"), b"\x89", b"\x88")
    return whole(called(name("numpy._core.multiarray", "scalar"), kind, b"C\x01a"), 3)


def key_of_arrays(canary: Path) -> bytes:
    """A key that is no word and no number: whoever compares it runs what it says."""
    return whole(b"}" + b"K\x01K\x02\x86" + b"Ns")


def keys_on_one_place(canary: Path) -> bytes:
    """Whole numbers whose hashes are all 0: a dictionary of them takes hours to fill."""
    pairs = b"".join(
        b"\x8a\x09" + (i * (2**61 - 1)).to_bytes(9, "little") + b"N" for i in range(1, 9)
    )
    return whole(b"}(" + pairs + b"u")


def name_left_over(canary: Path) -> bytes:
    return whole(b"]" + name("numpy", "ndarray") + b"a")


def unfinished_array(canary: Path) -> bytes:
    maker = name("numpy._core.multiarray", "_reconstruct")
    return whole(b"]" + called(maker, name("numpy", "ndarray"), b"K\x00\x85", b"C\x01b") + b"a", 3)


def newer_protocol(canary: Path) -> bytes:
    return b"\x80\x09N."


def cut_off(canary: Path) -> bytes:
    return pickle.dumps({"text": np.zeros((4, 5))}, 4)[:-30]


def no_end(canary: Path) -> bytes:
    return pickle.dumps([1, 2, 3], 4)[:-1]


def stack_below_the_floor(canary: Path) -> bytes:
    return whole(b"0000")


def changed_byte(canary: Path) -> bytes:
    return whole(b"K\x01\xff")


DOES_NOTHING: dict[str, Payload] = {
    "an array of a special class": subclass_of_array,
    "an allowed maker with another class": another_class_as_array,
    "a list that belongs to the program": list_of_the_program,
    "an object from outside, protocol 0": persistent,
    "an object from outside, protocol 1": persistent_binary,
    "a buffer from outside": buffer_from_outside,
    "a read-only buffer": read_only_buffer,
    "lists that multiply twenty times": laughs,
    "more bytes announced than there are": announced_bytes,
    "more text announced than there is": announced_text,
    "a part announced that is not there": announced_frame,
    "a negative length": negative_length,
    "a number of a million bytes": huge_number,
    "a number of four thousand digits": huge_number_in_digits,
    "a far place in memory": far_memory,
    "nothing but opened brackets": marks,
    "nothing but empty lists": empty_lists,
    "lists five thousand deep": deep,
    "a list that contains itself": itself,
    "a dictionary that contains itself": itself_in_a_dictionary,
    "bytes by their number": bytes_by_number,
    "a codec by its name": codec_by_name,
    "an array whose elements have parts": array_of_parts,
    "an array type as text": array_type_by_text,
    "an array larger than its bytes": array_too_large,
    "an array of words without letters": array_of_nothing,
    "a single value that is an object": single_object,
    "a key that is no word": key_of_arrays,
    "keys that all fall on one place": keys_on_one_place,
    "a name that is left over": name_left_over,
    "an array that is never finished": unfinished_array,
    "a protocol of the future": newer_protocol,
    "a file cut off": cut_off,
    "a file without an end": no_end,
    "a stack that is empty": stack_below_the_floor,
    "a byte that was changed": changed_byte,
}
