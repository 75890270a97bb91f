@rule-stored-legacy-uses-no-runtime @extended @exact-names
Feature: Stored legacy keys are not converted until the next write
  Webhooks only process writes, so a service that v0.7 stored still has its legacy key after an upgrade. The
  controller selects no runtime for such a service. Up to v0.9.0 it builds the container from a ConfigMap, as v0.7
  did; since v0.10.0 it uses the container as it is stored, and v0.7 stored no image.

  @until-0.9.0
  Scenario Outline: <release> takes the image of a stored sklearn service from its ConfigMap
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
            protocolVersion: v1
      """
    Then it uses no runtime
    And its container has image "<image>"

    @until-0.8.0
    Examples: A ConfigMap that shipped without images
      | release | image   |
      | v0.8.0  | :v0.7.0 |

    @since-0.9.0
    Examples: A ConfigMap that has them again
      | release | image                       |
      | v0.9.0  | kserve/sklearnserver:v0.7.0 |

  @claim-d16 @until-0.9.0
  Scenario: A service upgraded from v0.7 continues to use the configuration of the ConfigMap
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          xgboost:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
            protocolVersion: v1
      """
    Then it uses no runtime
    And its container has image "kserve/xgbserver:v0.7.0"

  @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a stored pytorch service has a version but no image
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          pytorch:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: 0.4.1
            protocolVersion: v1
      """
    Then it uses no runtime
    And its container has image ":0.4.1"

  @since-0.9.0 @until-0.9.0
  Scenario Outline: In v0.9.0 a stored sklearn service over <protocol> runs on MLServer
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: 0.2.1
            protocolVersion: <protocol>
      """
    Then its container has image "docker.io/seldonio/mlserver:0.2.1"
    And its container has env "MLSERVER_MODEL_NAME" with value "model"

    Examples: Every protocol except v1
      | protocol |
      | v2       |
      | grpc-v2  |

  @until-0.9.0
  Scenario: Up to v0.9.0 a stored sklearn service gets the arguments of its server
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
            protocolVersion: v1
      """
    Then its container has args
      | --model_name=model      |
      | --model_dir=/mnt/models |
      | --http_port=8080        |

  @claim-d17 @documented @since-0.10.0
  Scenario Outline: Since v0.10.0 a stored legacy service has no image until it is converted, <range>
    # A raw Deployment without an image is rejected. From v0.11.0 to v0.12.1 a controller whose default mode is raw knows
    # no Knative Services, so this cannot be tested on every installation of those releases.
    Given this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
        finalizers: [inferenceservice.finalizers]
        annotations: {serving.kserve.io/deploymentMode: Serverless}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
            protocolVersion: v1
      """
    Then it uses no runtime
    And its container has no "image"
    And its container has no "args"

    @since-0.10.0 @until-0.10.2
    Examples: The default mode is Serverless
      | range              |
      | v0.10.0 to v0.10.2 |

    @since-0.13.0
    Examples: The controller detects Knative itself
      | range         |
      | since v0.13.0 |

  @since-0.10.0
  Scenario Outline: A stored <key> service does not get the runtime for its format
    Given a ClusterServingRuntime "serves-everything"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
        - {name: tensorflow, version: "2", autoSelect: true}
        - {name: lightgbm, version: "3", autoSelect: true}
      """
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          <key>:
            name: kserve-container
            image: example.com/stored:1
            storageUri: gs://example/models/model
      """
    Then it uses no runtime
    And its container has image "example.com/stored:1"
    And its container has no "args"

    Examples: Some keys
      | key        |
      | sklearn    |
      | tensorflow |
      | lightgbm   |

  @rule-webhook-only-on-write
  Scenario: Without a write, nothing in the stored service changes
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            image: example.com/stored:1
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
      """
    When KServe reconciles the service again
    Then it is stored with legacy key "sklearn"
    And it uses no runtime

  @rule-upgrade-first-write-converts @until-0.15.2
  Scenario: The first write converts a stored service and keeps its old version
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
            protocolVersion: v1
      """
    When annotation "team" of the service is set to "a"
    Then it is stored without a legacy key
    And it is stored with runtimeVersion "v0.7.0"
    And it runs on ClusterServingRuntime "kserve-sklearnserver"
    And its container has image "example.com/clusterservingruntime/kserve-sklearnserver:v0.7.0"

  @rule-upgrade-first-write-converts @since-0.9.0 @until-0.15.2
  Scenario: A stored onnx service gets the image of Triton with the version of another server
    Given a ClusterServingRuntime "kserve-tritonserver" that speaks "v2, grpc-v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          onnx:
            name: kserve-container
            storageUri: gs://example/models/model.onnx
            runtimeVersion: v1.0.0
      """
    When annotation "team" of the service is set to "a"
    Then it runs on ClusterServingRuntime "kserve-tritonserver"
    And its container has image "example.com/clusterservingruntime/kserve-tritonserver:v1.0.0"

  @rule-upgrade-first-write-converts @since-0.16.0
  Scenario: Since v0.16.0 a write that removes the stored name converts the service
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a, finalizers: [inferenceservice.finalizers]}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
      """
    When the service is updated to
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn:
            name: null
            storageUri: gs://example/models/model
            runtimeVersion: v0.7.0
      """
    Then the service is accepted
    And it is stored without a legacy key
    And it is stored with runtimeVersion "v0.7.0"
    And it runs on ClusterServingRuntime "kserve-sklearnserver"
