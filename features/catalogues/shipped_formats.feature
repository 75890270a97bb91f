@rule-shipped-catalogue @core @exact-names
Feature: Which shipped runtime serves which format
  KServe ships a catalogue of cluster runtimes with every release. A service that requests a format without a version
  gets one of them or none, depending on its protocol. Since v0.11.1 a service without a protocol counts as v1;
  before, it matched every runtime. In v0.8.0 protocols had no effect at all.

  Background:
    Given the runtimes that KServe ships

  @until-0.8.0
  Scenario Outline: In v0.8.0 <format> runs on <runtime> over every protocol
    When a service "unset" in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v1" in namespace "team-a" requests "<format>" over "v1"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples: Every format with autoSelect in some runtime
      | format     | runtime                   |
      | sklearn    | kserve-sklearnserver      |
      | xgboost    | kserve-xgbserver          |
      | lightgbm   | kserve-lgbserver          |
      | tensorflow | kserve-tensorflow-serving |
      | pytorch    | kserve-torchserve         |
      | triton     | kserve-tritonserver       |
      | onnx       | kserve-tritonserver       |
      | mlflow     | kserve-mlserver           |
      | pmml       | kserve-pmmlserver         |
      | paddle     | kserve-paddleserver       |

  Scenario Outline: <format> runs on <runtime>, over v2 on <over v2>, <range>
    When a service "unset" in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v1" in namespace "team-a" requests "<format>" over "v1"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<over v2>"

    @since-0.9.0
    Examples: Formats with servers for both protocols
      | format      | runtime                   | over v2                  | range                |
      | xgboost     | kserve-xgbserver          | kserve-mlserver          | since v0.9.0         |
      | lightgbm    | kserve-lgbserver          | kserve-mlserver          | since v0.9.0         |
      | tensorflow  | kserve-tensorflow-serving | kserve-tritonserver      | since v0.9.0         |
      | pytorch     | kserve-torchserve         | kserve-torchserve        | since v0.9.0         |

    @since-0.9.0 @until-0.11.0
    Examples: sklearn
      | format      | runtime                   | over v2                  | range                |
      | sklearn     | kserve-sklearnserver      | kserve-mlserver          | v0.9.0 to v0.11.0    |

    @since-0.11.1 @until-0.11.1
    Examples: sklearn, with mixed priorities in kserve-mlserver
      | format      | runtime                   | over v2                  | range                |
      | sklearn     | kserve-sklearnserver      | kserve-sklearnserver     | v0.11.1 alone        |

    @since-0.11.2
    Examples: sklearn, with corrected priorities
      | format      | runtime                   | over v2                  | range                |
      | sklearn     | kserve-sklearnserver      | kserve-mlserver          | since v0.11.2        |

    @since-0.11.1
    Examples: Servers that also speak v2 since v0.11.1
      | format      | runtime                   | over v2                  | range                |
      | pmml        | kserve-pmmlserver         | kserve-pmmlserver        | since v0.11.1        |
      | paddle      | kserve-paddleserver       | kserve-paddleserver      | since v0.11.1        |

    @since-0.12.0
    Examples: Hugging Face
      | format      | runtime                   | over v2                  | range                |
      | huggingface | kserve-huggingfaceserver  | kserve-huggingfaceserver | since v0.12.0        |

    @since-0.20.0
    Examples: AutoGluon and vLLM
      | format      | runtime                   | over v2                  | range                |
      | autogluon   | kserve-autogluonserver    | kserve-autogluonserver   | since v0.20.0        |
      | vLLM        | kserve-vllmserver         | kserve-vllmserver        | since v0.20.0        |

  @since-0.9.0 @until-0.11.0
  Scenario Outline: <format> runs on <runtime>, over v2 on none, v0.9.0 to v0.11.0
    When a service "unset" in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v1" in namespace "team-a" requests "<format>" over "v1"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" requests "<format>" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: Servers that do not speak v2 yet
      | format | runtime             |
      | pmml   | kserve-pmmlserver   |
      | paddle | kserve-paddleserver |

  Scenario Outline: <format> runs on <runtime> without a protocol and over v2, but not over v1, <range>
    When a service "unset" in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v1" in namespace "team-a" requests "<format>" over "v1"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<runtime>"

    @since-0.9.0 @until-0.11.0
    Examples: A missing protocol matches every runtime
      | format   | runtime             | range             |
      | triton   | kserve-tritonserver | v0.9.0 to v0.11.0 |
      | onnx     | kserve-tritonserver | v0.9.0 to v0.11.0 |
      | tensorrt | kserve-tritonserver | v0.9.0 to v0.11.0 |
      | mlflow   | kserve-mlserver     | v0.9.0 to v0.11.0 |

    @since-0.11.2
    Examples: Triton, since the webhook writes v2 into such a service
      | format   | runtime             | range             |
      | triton   | kserve-tritonserver | since v0.11.2     |

  Scenario Outline: <format> runs on <runtime> over v2 only, <range>
    When a service "unset" in namespace "team-a" requests "<format>"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v1" in namespace "team-a" requests "<format>" over "v1"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<runtime>"

    @since-0.11.1
    Examples: A missing protocol counts as v1
      | format   | runtime             | range         |
      | onnx     | kserve-tritonserver | since v0.11.1 |
      | tensorrt | kserve-tritonserver | since v0.11.1 |
      | mlflow   | kserve-mlserver     | since v0.11.1 |

    @since-0.11.1 @until-0.11.1
    Examples: Triton, before the webhook writes v2
      | format   | runtime             | range         |
      | triton   | kserve-tritonserver | v0.11.1 alone |

  Scenario Outline: <format> runs on no shipped runtime, <range>
    When a service "unset" in namespace "team-a" requests "<format>"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "<format>" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: Formats with different case, and unknown ones
      | format      | range         |
      | SKLearn     | always        |
      | own-format  | always        |

    @until-0.8.0
    Examples: Listed by Triton, but without autoSelect
      | format      | range         |
      | tensorrt    | up to v0.8.0  |

    @until-0.11.2
    Examples: Not shipped yet
      | format      | range         |
      | huggingface | up to v0.11.2 |

    @until-0.19.0
    Examples: Not shipped before v0.20.0
      | format      | range         |
      | autogluon   | up to v0.19.0 |
      | vLLM        | up to v0.19.0 |

  @since-0.9.0
  Scenario Outline: <format> over <protocol> runs on <runtime>, <range>
    When a service in namespace "team-a" requests "<format>" over "<protocol>"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples: gRPC
      | format     | protocol | runtime                   | range              |
      | tensorflow | grpc-v1  | kserve-tensorflow-serving | since v0.9.0       |
      | tensorflow | grpc-v2  | kserve-tritonserver       | since v0.9.0       |
      | triton     | grpc-v2  | kserve-tritonserver       | since v0.9.0       |
      | onnx       | grpc-v2  | kserve-tritonserver       | since v0.9.0       |
      | tensorrt   | grpc-v2  | kserve-tritonserver       | since v0.9.0       |

    @until-0.11.2
    Examples: TorchServe speaks the first gRPC protocol
      | format     | protocol | runtime                   | range              |
      | pytorch    | grpc-v1  | kserve-torchserve         | v0.9.0 to v0.11.2  |

    @since-0.12.0
    Examples: TorchServe speaks the second gRPC protocol
      | format     | protocol | runtime                   | range              |
      | pytorch    | grpc-v2  | kserve-torchserve         | since v0.12.0      |

    @since-0.20.0
    Examples: vLLM lists no protocol, so it matches all of them
      | format     | protocol | runtime                   | range              |
      | vLLM       | grpc-v1  | kserve-vllmserver         | since v0.20.0      |

  @since-0.9.0
  Scenario Outline: <format> over <protocol> runs on no shipped runtime, <range>
    When a service in namespace "team-a" requests "<format>" over "<protocol>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: gRPC
      | format  | protocol | range             |
      | sklearn | grpc-v2  | since v0.9.0      |

    @until-0.11.2
    Examples: TorchServe does not speak the second gRPC protocol yet
      | format  | protocol | range             |
      | pytorch | grpc-v2  | v0.9.0 to v0.11.2 |

    @since-0.12.0
    Examples: TorchServe no longer speaks the first gRPC protocol
      | format  | protocol | range             |
      | pytorch | grpc-v1  | since v0.12.0     |

  @since-0.15.0
  Scenario: Hugging Face on multiple nodes runs on the multi-node runtime, on a single node it does not
    When a service "several" in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver-multinode"
    When a service "single" in namespace "team-a" requests "huggingface"
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver"

  @since-0.15.0
  Scenario: No shipped runtime serves other formats on multiple nodes
    When a service in namespace "team-a" requests "pytorch" on multiple nodes
    Then it has no runtime because of "NoSupportingRuntime"
