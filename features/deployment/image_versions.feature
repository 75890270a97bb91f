@rule-runtime-version-replaces-tag @core
Feature: runtimeVersion of a service replaces the tag of the image
  A service can set runtimeVersion. It has no effect on which runtime KServe selects: it only replaces the tag of that
  runtime's image. Since v0.16.0 an image with a digest is not changed.

  @documented
  Scenario: The version replaces the tag of the image
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            runtimeVersion: "2.0"
            storageUri: gs://example/models/model
      """
    Then its container has image "example.com/clusterservingruntime/serves-sklearn:2.0"

  Scenario Outline: The image <image> becomes <result>, <range>
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
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
            modelFormat: {name: sklearn}
            runtimeVersion: "2.0"
            storageUri: gs://example/models/model
      """
    Then its container has image "<result>"

    Examples: With and without a tag
      | image                             | result                            | range          |
      | example.com/own/server:1.0        | example.com/own/server:2.0        | always         |
      | example.com/own/server            | example.com/own/server:2.0        | always         |
      | example.com/own/server:1.0-gpu    | example.com/own/server:2.0        | always         |

    @until-0.8.0
    Examples: v0.8.0 cuts at the first colon, which may be that of a port
      | image                             | result                            | range          |
      | example.com:5000/own/server:1.0   | example.com:2.0                   | up to v0.8.0   |

    @since-0.9.0
    Examples: Since v0.9.0 only the tag is replaced
      | image                             | result                            | range          |
      | example.com:5000/own/server:1.0   | example.com:5000/own/server:2.0   | since v0.9.0   |
      | example.com:5000/own/server       | example.com:5000/own/server:2.0   | since v0.9.0   |

  @extended @until-0.15.2
  Scenario: Up to v0.15.2 a version replaces the digest of an image and breaks it
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/own/server@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            runtimeVersion: "2.0"
            storageUri: gs://example/models/model
      """
    Then its container has image "example.com/own/server@sha256:2.0"

  @rule-digest-kept @since-0.16.0
  Scenario: Since v0.16.0 an image with a digest is not changed
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/own/server@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            runtimeVersion: "2.0"
            storageUri: gs://example/models/model
      """
    Then its container has image "example.com/own/server@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  @documented
  Scenario: runtimeVersion has no effect on the selection
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn, version: "1"}
            runtimeVersion: "99.0"
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And it is stored with runtimeVersion "99.0"

  @claim-d18 @documented
  Scenario: A legacy service can set the version of its runtime
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn:
            runtimeVersion: "2.0"
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    And its container has image "example.com/clusterservingruntime/kserve-sklearnserver:2.0"

  Scenario: The version also replaces the tag of an image that the service sets
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            image: example.com/own/server:1.0
            runtimeVersion: "2.0"
            storageUri: gs://example/models/model
      """
    Then its container has image "example.com/own/server:2.0"
