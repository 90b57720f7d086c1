"""A CRI client that is none of ours: Debian's gRPC in C and Python, with the messages that Debian's containerd carries.

containerd's program holds the description of CRI that it was built from; so the words that are spoken here are upstream's, and the
frames gRPC's own. Fields that are younger than that containerd come from our definition, under another name: cri.young.
"""
import os
import re
import sys
import traceback
import zlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def carried(program):
    """The description of runtime.v1 inside a program written in Go: a gzip stream among its constants."""
    data = open(program, 'rb').read()
    for start in re.finditer(b'\x1f\x8b\x08\x00\x00', data):
        file = descriptor_pb2.FileDescriptorProto()
        try:
            file.ParseFromString(zlib.decompressobj(31).decompress(data[start.start():start.start() + (1 << 20)]))
        except Exception:
            continue
        if file.package == 'runtime.v1' and file.service:
            del file.dependency[:]
            return plain(file)
    sys.exit('no description of runtime.v1 in ' + program)


def plain(file):
    """Without the options of the generator that it was made with, which only that one knows."""
    def strip(message):
        message.ClearField('options') if not message.options.map_entry else None
        for field in message.field:
            field.ClearField('options')
        for nested in message.nested_type:
            strip(nested)
    file.ClearField('options')
    for message in file.message_type:
        strip(message)
    for enum in file.enum_type:
        enum.ClearField('options')
    return file


class Words:
    """The messages and calls of one description."""

    def __init__(self, file):
        self.file = file
        pool = descriptor_pool.DescriptorPool()
        pool.Add(file)
        self.factory = message_factory.MessageFactory(pool)
        self.pool = pool

    def __getattr__(self, name):
        try:
            return self.factory.GetPrototype(self.pool.FindMessageTypeByName('runtime.v1.' + name))
        except KeyError:
            enum = self.pool.FindEnumTypeByName('runtime.v1.' + name)
            return type(name, (), {value.name: value.number for value in enum.values})

    def calls(self):
        for service in self.file.service:
            for method in service.method:
                yield service.name, method


class Client:
    """Each call as a method: client.RunPodSandbox(config={…}) with the request's fields as arguments."""

    def __init__(self, words, socket):
        self.words = words
        self.channel = grpc.insecure_channel('unix:' + socket, options=[('grpc.max_receive_message_length', 1 << 24)])
        for service, method in words.calls():
            question = getattr(words, method.input_type.split('.')[-1])
            answer = getattr(words, method.output_type.split('.')[-1])
            make = self.channel.unary_stream if method.server_streaming else self.channel.unary_unary
            wire = make('/runtime.v1.%s/%s' % (service, method.name), question.SerializeToString, answer.FromString)
            setattr(self, method.name, self.call(wire, question))

    @staticmethod
    def call(wire, question):
        def ask(within=30, **fields):
            return wire(question(**fields), timeout=within)
        return ask


def flat(file):
    """Everything that matters on the wire: name by name, with numbers and types."""
    found = {}

    def message(each, before):
        for field in each.field:
            found[before + each.name + '.' + field.name] = (field.number, field.type, field.type_name.split('.')[-1], field.label)
        for nested in each.nested_type:
            message(nested, before + each.name + '.')
        for enum in each.enum_type:
            values(enum, before + each.name + '.')

    def values(enum, before):
        for value in enum.value:
            found[before + enum.name + '=' + value.name] = value.number

    for each in file.message_type:
        message(each, '')
    for each in file.enum_type:
        values(each, '')
    for service in file.service:
        for method in service.method:
            found[service.name + '/' + method.name] = (method.input_type, method.output_type, method.server_streaming)
    return found


def compiled(path):
    """Our definition, as protoc has it."""
    files = descriptor_pb2.FileDescriptorSet()
    files.ParseFromString(open(path, 'rb').read())
    return plain(files.file[0])


passed = failed = 0


def case(title):
    """A behaviour: fails with what it raises."""
    def run(what):
        global passed, failed
        if os.environ.get('ONLY', '') not in title:
            return what
        try:
            what()
            passed += 1
            print('ok - ' + title, flush=True)
        except grpc.RpcError as error:
            failed += 1
            print('not ok - %s\n#   %s: %s' % (title, error.code(), error.details()), flush=True)
        except Exception as error:
            failed += 1
            here = [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == sys.argv[0]]
            print('not ok - %s\n#   line %d: %s %.300s' % (title, here[-1], type(error).__name__, error), flush=True)
        return what
    return run


def equal(got, wanted):
    if got != wanted:
        raise AssertionError('%r in place of %r' % (got, wanted))


def has(text, word):
    if word not in text:
        raise AssertionError('%r is not in %r' % (word, text))


def refused(code, call, **fields):
    """The call fails with that code. @return what it says"""
    try:
        call(**fields)
    except grpc.RpcError as error:
        equal(error.code(), code)
        return error.details()
    raise AssertionError('was taken')
