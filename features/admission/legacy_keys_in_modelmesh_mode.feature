@extended
Feature: In ModelMesh mode the webhook validates legacy keys by the rules of their servers
  A service in ModelMesh mode keeps its legacy key, so the webhook still applies the checks for the key's own server.
  In every other mode the key is converted to a model before the service is validated.

  @rule-onnx-extension
  Scenario Outline: The key onnx with <uri> is <answer> in the mode <mode> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: <mode>}
      spec:
        predictor:
          onnx: {storageUri: <uri>}
      """
    Then the service is <answer>

    Examples: In every release
      | mode      | uri                    | answer   | when             |
      | ModelMesh | gs://example/a.b/model | accepted | in every release |
      | ModelMesh | gs://example/a.onnx    | accepted | in every release |
      | ModelMesh | gs://example/a.pt      | rejected | in every release |

    @until-0.15.2
    Examples: Another mode, before v0.16.0
      | mode          | uri               | answer   | when           |
      | RawDeployment | gs://example/a.pt | accepted | before v0.16.0 |

    @since-0.16.0
    Examples: Another mode, since v0.16.0
      | mode     | uri               | answer   | when          |
      | Standard | gs://example/a.pt | accepted | since v0.16.0 |

  Scenario Outline: The message about the key <key> of ModelMesh <releases>: <what>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          <key>: <settings>
      """
    Then the service is rejected with "<text>"

    @rule-onnx-extension @until-0.13.1
    Examples: onnx before v0.14.0
      | key  | releases       | what      | settings                          | text                                                       |
      | onnx | before v0.14.0 | extension | {storageUri: "gs://example/a.pt"} | Expected storageUri file extension: '.onnx' but got '.pt'  |

    @rule-onnx-extension @since-0.14.0
    Examples: onnx since v0.14.0
      | key  | releases      | what      | settings                          | text                                                       |
      | onnx | since v0.14.0 | extension | {storageUri: "gs://example/a.pt"} | expected storageUri file extension: '.onnx' but got '.pt'  |

    @rule-pmml-workers @until-0.11.2
    Examples: pmml
      | key  | releases      | what           | settings                | text                             |
      | pmml | up to v0.11.2 | two workers    | {args: ["--workers=2"]} | Workers cannot be greater than 1 |
      | pmml | up to v0.11.2 | not a number   | {args: ["--workers=a"]} | Invalid workers argument         |
      | pmml | up to v0.11.2 | without number | {args: ["--workers"]}   | Invalid workers argument         |

    @rule-gpu-version @until-0.13.1
    Examples: tensorflow before v0.14.0
      | key        | releases       | what            | settings                                                                | text                                                                                             |
      | tensorflow | before v0.14.0 | GPU expected    | {runtimeVersion: 1-gpu}                                                 | GPU resources are not requested. Tensorflow RuntimeVersion must be one of %!s(MISSING)            |
      | tensorflow | before v0.14.0 | GPU unexpected  | {runtimeVersion: "1", resources: {limits: {nvidia.com/gpu: 1}}}         | GPU resources are requested. Tensorflow RuntimeVersion must be one of %!s(MISSING)                |

    @rule-gpu-version @since-0.14.0
    Examples: tensorflow since v0.14.0
      | key        | releases      | what            | settings                                                                | text                                                                                  |
      | tensorflow | since v0.14.0 | GPU expected    | {runtimeVersion: 1-gpu}                                                 | Tensorflow RuntimeVersion is GPU enabled but GPU resources are not requested          |
      | tensorflow | since v0.14.0 | GPU unexpected  | {runtimeVersion: "1", resources: {limits: {nvidia.com/gpu: 1}}}         | Tensorflow RuntimeVersion is not GPU enabled but GPU resources are requested          |

    @rule-gpu-version
    Examples: pytorch
      | key     | releases         | what            | settings                                                                | text                                                                                  |
      | pytorch | in every release | GPU expected    | {runtimeVersion: 1-gpu}                                                 | PyTorch RuntimeVersion is GPU enabled but GPU resources are not requested             |
      | pytorch | in every release | GPU unexpected  | {runtimeVersion: "1", resources: {limits: {nvidia.com/gpu: 1}}}         | PyTorch RuntimeVersion is not GPU enabled but GPU resources are requested             |

    @rule-storage-spec-type @since-0.9.0
    Examples: The storage spec of some keys
      | key     | releases     | what         | settings                                                           | text                                                     |
      | pytorch | since v0.9.0 | storage spec | {runtimeVersion: "1", storage: {parameters: {type: gs}}}           | storage.spec.type [gs] is not supported                  |
      | onnx    | since v0.9.0 | storage spec | {storage: {parameters: {type: gs}}}                                | storage.spec.type [gs] is not supported                  |
      | pmml    | since v0.9.0 | storage spec | {storage: {parameters: {type: gs}}}                                | storage.spec.type [gs] is not supported                  |

    @rule-storage-spec-type @since-0.12.0
    Examples: The storage spec of huggingface
      | key         | releases      | what         | settings                                                       | text                                                     |
      | huggingface | since v0.12.0 | storage spec | {storage: {parameters: {type: gs}}}                            | storage.spec.type [gs] is not supported                  |

  @rule-storage-spec-type @since-0.9.0
  Scenario: The storage spec of the key sklearn is not checked
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          sklearn: {storage: {parameters: {type: gs}}}
      """
    Then the service is accepted

  @rule-gpu-version
  Scenario Outline: An instance of a GPU with a GPU version is <answer> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          pytorch: {runtimeVersion: 1-gpu, resources: {limits: {nvidia.com/mig-1g.5gb: 1}}}
      """
    Then the service is <answer>

    @until-0.15.2
    Examples: Before v0.16.0
      | answer   | when           |
      | rejected | before v0.16.0 |

    @since-0.16.0
    Examples: Since v0.16.0
      | answer   | when          |
      | accepted | since v0.16.0 |

  @rule-pmml-workers @since-0.12.0
  Scenario: Since v0.12.0 the workers of pmml are not checked
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          pmml: {args: ["--workers=2"]}
      """
    Then the service is accepted
