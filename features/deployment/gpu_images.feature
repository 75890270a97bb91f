@rule-gpu-tag @extended @exact-names
Feature: Images for GPUs
  Some built-in model servers have a second image for GPUs, with a tag that ends in "-gpu". KServe uses it for a
  service that requests GPUs and sets no runtimeVersion. It knows the built-in runtimes by their names, since v0.20.0
  also by an annotation with the type of the server. For vLLM it is the image without GPU support that has a special
  name.

  Scenario Outline: With a GPU the image <image> of runtime <runtime> becomes <result>, <range>
    Given a ClusterServingRuntime "<runtime>"
      """
      supportedModelFormats:
        - {name: own-format, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: <image>
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: own-format}
            storageUri: gs://example/models/model
            resources:
              limits: {nvidia.com/gpu: "1"}
      """
    Then its container has image "<result>"

    Examples: Runtimes with other names never change
      | runtime                   | image                    | result                       | range                 |
      | own-server                | example.com/server:1     | example.com/server:1         | always                |
      | kserve-sklearnserver      | example.com/server:1     | example.com/server:1         | always                |

    @until-0.9.0
    Examples: Names have no effect up to v0.9.0
      | runtime                   | image                    | result                       | range                 |
      | kserve-tensorflow-serving | example.com/server:1     | example.com/server:1         | up to v0.9.0          |
      | kserve-torchserve         | example.com/server:1     | example.com/server:1         | up to v0.9.0          |

    @until-0.8.0
    Examples: v0.8.0 changes nothing
      | runtime                   | image                    | result                       | range                 |
      | own-server                | tensorflow/serving:2.6.2 | tensorflow/serving:2.6.2     | up to v0.8.0          |

    @since-0.9.0 @until-0.9.0
    Examples: v0.9.0 changes one image
      | runtime                   | image                    | result                       | range                 |
      | own-server                | tensorflow/serving:2.5.1 | tensorflow/serving:2.6.2-gpu | v0.9.0                |

    @since-0.10.0
    Examples: Since v0.10.0 two names count
      | runtime                   | image                    | result                       | range                 |
      | kserve-tensorflow-serving | example.com/server:1     | example.com/server:1-gpu     | since v0.10.0         |
      | kserve-torchserve         | example.com/server:1     | example.com/server:1-gpu     | since v0.10.0         |
      | kserve-torchserve         | example.com/server       | example.com/server           | since v0.10.0         |
      | own-server                | tensorflow/serving:2.5.1 | tensorflow/serving:2.5.1     | since v0.10.0         |

    @since-0.10.0 @until-0.10.0
    Examples: v0.10.0 appends the suffix to a tag that already has it
      | runtime                   | image                    | result                       | range                 |
      | kserve-torchserve         | example.com/server:1-gpu | example.com/server:1-gpu-gpu | v0.10.0               |

    @since-0.10.1
    Examples: Since v0.10.1 the suffix is not repeated
      | runtime                   | image                    | result                       | range                 |
      | kserve-torchserve         | example.com/server:1-gpu | example.com/server:1-gpu     | since v0.10.1         |

    @until-0.14.1
    Examples: Up to v0.14.1 Hugging Face has no image for GPUs
      | runtime                   | image                    | result                       | range                 |
      | kserve-huggingfaceserver  | example.com/server:1     | example.com/server:1         | up to v0.14.1         |

    @since-0.15.0
    Examples: Since v0.15.0 Hugging Face has an image for GPUs
      | runtime                   | image                    | result                       | range                 |
      | kserve-huggingfaceserver  | example.com/server:1     | example.com/server:1-gpu     | since v0.15.0         |

  @since-0.10.0
  Scenario: The version of the runtime is used as it is, with or without a GPU
    Given a ClusterServingRuntime "kserve-torchserve"
      """
      supportedModelFormats:
        - {name: own-format, version: "1", autoSelect: true}
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: own-format}
            runtimeVersion: "2.0"
            storageUri: gs://example/models/model
            resources:
              limits: {nvidia.com/gpu: "1"}
      """
    Then its container has image "example.com/clusterservingruntime/kserve-torchserve:2.0"

  @since-0.10.0
  Scenario: A GPU that the runtime requests counts as well
    Given a ClusterServingRuntime "kserve-torchserve"
      """
      supportedModelFormats:
        - {name: own-format, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/server:1
          resources:
            limits: {nvidia.com/gpu: "1"}
      """
    When a service in namespace "team-a" requests "own-format"
    Then its container has image "example.com/server:1-gpu"

  @since-0.10.0
  Scenario: Without a GPU the image is not changed
    Given a ClusterServingRuntime "kserve-torchserve"
      """
      supportedModelFormats:
        - {name: own-format, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/server:1
          resources:
            limits: {cpu: "1"}
      """
    When a service in namespace "team-a" requests "own-format"
    Then its container has image "example.com/server:1"

  Scenario Outline: With a slice of a GPU the image becomes <result>, <range>
    Given a ClusterServingRuntime "kserve-torchserve"
      """
      supportedModelFormats:
        - {name: own-format, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/server:1
          resources:
            limits: {nvidia.com/mig-1g.5gb: "1"}
      """
    When a service in namespace "team-a" requests "own-format"
    Then its container has image "<result>"

    @until-0.15.2
    Examples: A slice does not count as a GPU
      | result                   | range         |
      | example.com/server:1     | up to v0.15.2 |

    @since-0.16.0
    Examples: A slice counts as a GPU
      | result                   | range         |
      | example.com/server:1-gpu | since v0.16.0 |

  Scenario Outline: With a GPU a runtime annotated as torchserve has the image <result>, <range>
    Given these objects
      """
      apiVersion: serving.kserve.io/v1alpha1
      kind: ClusterServingRuntime
      metadata:
        name: own-server
        annotations: {serving.kserve.io/server-type: torchserve}
      spec:
        supportedModelFormats:
          - {name: own-format, version: "1", autoSelect: true}
        containers:
          - name: kserve-container
            image: example.com/server:1
            resources:
              limits: {nvidia.com/gpu: "1"}
      """
    When a service in namespace "team-a" requests "own-format"
    Then its container has image "<result>"

    @until-0.19.0
    Examples: Only names count
      | result                   | range         |
      | example.com/server:1     | up to v0.19.0 |

    @since-0.20.0
    Examples: The annotation counts
      | result                   | range         |
      | example.com/server:1-gpu | since v0.20.0 |

  @rule-vllm-cpu-tag
  Scenario Outline: <with> a GPU the image of kserve-vllmserver becomes <result>, <range>
    Given a ClusterServingRuntime "kserve-vllmserver"
      """
      supportedModelFormats:
        - {name: own-format, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/vllm:1
          resources:
            limits: {<resource>: "1"}
      """
    When a service in namespace "team-a" requests "own-format"
    Then its container has image "<result>"

    @since-0.20.0
    Examples: The image without GPU support has another repository
      | with    | resource       | result                 | range         |
      | Without | cpu            | example.com/vllm-cpu:1 | since v0.20.0 |
      | With    | nvidia.com/gpu | example.com/vllm:1     | since v0.20.0 |

    @until-0.19.0
    Examples: The runtime is not known yet
      | with    | resource       | result                 | range         |
      | Without | cpu            | example.com/vllm:1     | up to v0.19.0 |
