@extended
Feature: memory:v0.10.2 and controlplane:v0.10.2 differ in the outcome of InferenceService team-017/model

  Scenario: World 785
    Given these objects
      """
      kind: ClusterServingRuntime
      metadata:
        name: b
        annotations:
          serving.kserve.io/server-type: x
      spec:
        supportedModelFormats:
        - name: SKLearn
          version: '1'
          autoSelect: true
          priority: 1
        - name: sklearn
          version: '1'
          autoSelect: true
        containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/b:1
          args:
          - --model_name={{.Name}}
      """
    And these objects
      """
      kind: ServingRuntime
      metadata:
        name: b
        namespace: team-017
      spec:
        supportedModelFormats:
        - name: sklearn
          version: '1'
          autoSelect: false
        - name: sklearn
          version: '1'
          autoSelect: true
        containers:
        - name: other
          image: example.com/servingruntime/b:1
          args:
          - --model_name={{.Name}}
        protocolVersions:
        - v2
      """
    And this service is in store, untouched by any webhook
      """
      metadata:
        name: model
        namespace: team-017
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
            protocolVersion: v1
            runtime: b
            runtimeVersion: '1'
            name: kserve-container
            resources: {}
      """
    Then it has no runtime because "NoSupportingRuntime"
