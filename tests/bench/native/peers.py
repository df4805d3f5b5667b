"""The peers' side of `cargo xtask bench native`: onnxruntime and OpenCV, one thread each.

Reads one request a line on standard input, answers each with one line on standard output:
`load NAME`, then `time PEER` (milliseconds of one run, or `none` where the peer cannot run the network), and
`output` (writes onnxruntime's outputs, one after the other, beside the network). Files lie in the folder given.
"""

import json
import pathlib
import sys
import time

import cv2
import numpy
import onnxruntime

FOLDER = pathlib.Path(sys.argv[1])
cv2.setNumThreads(1)


def onnxruntime_runner(path, tensor):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: tensor}
    return lambda: session.run(None, feed)


def opencv_runner(path, tensor):
    net = cv2.dnn.readNetFromONNX(str(path))
    names = net.getUnconnectedOutLayersNames()

    def run():
        net.setInput(tensor)
        return net.forward(names)

    run()
    return run


RUNNERS = {"onnxruntime": onnxruntime_runner, "opencv": opencv_runner}
peers = {}

for line in sys.stdin:
    request, _, name = line.strip().partition(" ")
    if request == "load":
        path = FOLDER / f"{name}.onnx"
        shape = json.loads((FOLDER / f"{name}.json").read_text())
        tensor = numpy.fromfile(FOLDER / f"{name}.input", dtype=numpy.float32).reshape(shape)
        peers = {}
        for peer, runner in RUNNERS.items():
            try:
                peers[peer] = runner(path, tensor)
            except cv2.error as error:
                print(f"{peer} cannot run {name}: {error}", file=sys.stderr)
        answer = "ready"
    elif request == "output":
        outputs = peers["onnxruntime"]()
        numpy.concatenate([output.ravel() for output in outputs]).tofile(FOLDER / "output")
        answer = "written"
    elif name in peers:
        start = time.perf_counter()
        peers[name]()
        answer = str((time.perf_counter() - start) * 1e3)
    else:
        answer = "none"
    print(answer, flush=True)
